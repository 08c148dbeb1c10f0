"""An OpenID provider on python3-openid, on a free port of this machine.

The first line that it writes says where it is; after that it answers each line that it reads with a line of JSON:
`requests` tells how often each openid.mode was asked for.

  /                the provider's own address: XRDS with an identifier to choose
  /id/NAME         a person, by Yadis
  /html/NAME       a person, by links in the page, in both versions
  /old/NAME        a person, by links in the page, in OpenID 1.1 alone
  /delegate/NAME   somebody's own page, which says that /id/NAME vouches for it
  /op              where relying parties and browsers come; ?only=sha1, ?only=none (no associations), ?broken=signature
"""

import html
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlencode, urlsplit

from openid import association
from openid.extensions import ax, pape, sreg
from openid.server.server import EncodingError, ProtocolError, Server
from openid.store.memstore import MemoryStore

asked = {}
SERVICE = "http://specs.openid.net/auth/2.0/%s"
AX = {
    "http://axschema.org/contact/email": "{name}@example.test",
    "http://axschema.org/namePerson": "Person {name}",
}


def provider(base, query):
    server = Server(MemoryStore(), base + "/op" + ("?" + query if query else ""))
    if query == "only=sha1":
        server.negotiator = association.SessionNegotiator([("HMAC-SHA1", "DH-SHA1")])
    if query == "only=none":
        server.negotiator = association.SessionNegotiator([])
    return server


class Handler(BaseHTTPRequestHandler):
    servers = {}

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.answer(dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True)))

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
        self.answer(dict(parse_qsl(body, keep_blank_values=True)))

    def answer(self, fields):
        base = "http://" + self.headers["host"]
        url = urlsplit(self.path)
        parts = url.path.strip("/").split("/")
        asked[parts[0]] = asked.get(parts[0], 0) + 1
        if parts[0] in ("op", "decide"):
            query = fields.pop("server", None) if parts[0] == "decide" else "&".join(
                pair for pair in url.query.split("&") if pair.startswith(("only=", "broken="))
            )
            for name in ("only", "broken"):
                fields.pop(name, None)
            server = self.servers.setdefault(query, provider(base, query))
            return self.op(base, server, query, fields) if parts[0] == "op" else self.decide(base, server, query, fields)
        if parts == [""]:
            return self.xrds(SERVICE % "server", base + "/op", None)
        if len(parts) == 3 and parts[0] == "yadis":
            return self.xrds(SERVICE % "signon", base + "/op", base + "/id/" + parts[2])
        if len(parts) == 2:
            return self.person(base, url.query, *parts)
        self.send(404, "text/plain", "nothing here")

    def person(self, base, query, kind, name):
        op = html.escape(base + "/op" + ("?" + query if query else ""))
        local = base + "/id/" + name
        links = {
            "id": f'<meta http-equiv="X-XRDS-Location" content="{base}/yadis/id/{name}">',
            "html": f'<link rel="openid2.provider openid.server" href="{op}">',
            "old": f'<link rel="openid.server" href="{op}">',
            "delegate": f'<link rel="openid2.provider" href="{op}"><link rel="openid2.local_id" href="{local}">',
        }
        if kind not in links:
            return self.send(404, "text/plain", "nothing here")
        self.send(200, "text/html", f"<html><head><title>{name}</title>{links[kind]}</head><body>{name}</body></html>")

    def xrds(self, kind, endpoint, local):
        types = f"<Type>{kind}</Type><Type>{ax.AXMessage.ns_uri}</Type>"
        service = f"<Service priority='0'>{types}<URI>{endpoint}</URI>" + (f"<LocalID>{local}</LocalID>" if local else "")
        document = f"<xrds:XRDS xmlns:xrds='xri://$xrds' xmlns='xri://$xrd*($v*2.0)'><XRD>{service}</Service></XRD></xrds:XRDS>"
        self.send(200, "application/xrds+xml", document)

    def op(self, base, server, query, fields):
        mode = fields.get("openid.mode", "")
        asked[mode] = asked.get(mode, 0) + 1
        try:
            request = server.decodeRequest(fields)
        except ProtocolError as problem:
            return self.reply(server, problem)
        if request is None:
            return self.send(200, "text/plain", "an OpenID provider")
        if mode not in ("checkid_setup", "checkid_immediate"):
            return self.reply(server, server.handleRequest(request))
        if request.immediate:
            return self.approve(base, server, query, request, "immediate") if "approve" in fields.get("openid.identity", "") else self.reply(server, request.answer(False))
        inputs = "".join(f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">' for name, value in fields.items())
        inputs += f'<input type="hidden" name="server" value="{html.escape(query)}">'
        page = f'<html><body><main><form method="post" action="/decide">{inputs}<input name="login"><button>Go on</button></form></main></body></html>'
        self.send(200, "text/html", page)

    def decide(self, base, server, query, fields):
        login = fields.pop("login", "")
        request = server.decodeRequest(fields)
        if not login:
            return self.reply(server, request.answer(False))
        self.approve(base, server, query, request, login)

    def approve(self, base, server, query, request, login):
        identity = base + "/id/" + login
        response = request.answer(True, identity=identity if request.idSelect() else request.identity, claimed_id=identity if request.idSelect() else request.claimed_id)
        wanted = sreg.SRegRequest.fromOpenIDRequest(request)
        data = {"email": login + "@example.test", "fullname": "Person " + login, "nickname": login}
        response.addExtension(sreg.SRegResponse.extractResponse(wanted, data))
        exchange = ax.FetchRequest.fromOpenIDRequest(request)
        if exchange:
            answer = ax.FetchResponse(exchange)
            for kind, value in AX.items():
                if kind in exchange.requested_attributes:
                    answer.addValue(kind, value.format(name=login))
            response.addExtension(answer)
        if pape.Request.fromOpenIDRequest(request):
            response.addExtension(pape.Response(auth_time="2001-01-01T00:00:00Z"))
        self.reply(server, response, broken=query == "broken=signature")

    def reply(self, server, response, broken=False):
        try:
            web = server.encodeResponse(response)
        except EncodingError as problem:
            return self.send(400, "text/plain", problem.response.encodeToKVForm())
        headers = dict(web.headers)
        if broken and "location" in headers:
            parts = urlsplit(headers["location"])
            fields = dict(parse_qsl(parts.query, keep_blank_values=True))
            fields["openid.sreg.email"] = "victim@example.test"
            headers["location"] = parts._replace(query=urlencode(fields)).geturl()
        body = web.body.encode() if isinstance(web.body, str) else web.body
        self.send(web.code, headers.pop("content-type", "text/html"), body, headers)

    def send(self, code, kind, body, headers=None):
        body = body.encode() if isinstance(body, str) else body
        self.send_response(code)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main():
    listener = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=listener.serve_forever, daemon=True).start()
    print(json.dumps({"url": "http://localhost:%d" % listener.server_address[1]}), flush=True)
    for line in sys.stdin:
        print(json.dumps(asked if line.strip() == "requests" else {"error": "unknown command"}), flush=True)


main()
