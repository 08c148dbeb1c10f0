"""A mail server on aiosmtpd, with a certificate of its own, on free ports of this machine.

The first line that it writes says where it is; after that it answers each line that it reads with a line of JSON:
`letters` tells what arrived, as a mail program understands it, and forgets it; `refuse <code>` answers every recipient
with that code, `refuse` none.

  plain      no TLS, no name
  starttls   no letter before STARTTLS, and none without name and password
  tls        TLS from the first byte
  silent     takes the connection and says nothing
"""

import asyncio
import datetime
import email
import email.policy
import ipaddress
import json
import os
import ssl
import sys
import tempfile
import threading

from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "letters@example.test", "secret of the mail server"
letters, refused, lock = [], [], threading.Lock()


class Post:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if refused:
            return f"{refused[0]} not now"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        part = lambda kind: message.get_body((kind,)).get_content()
        with lock:
            letters.append(
                {
                    "envelope": [envelope.mail_from, envelope.rcpt_tos],
                    "from": str(message["from"]),
                    "to": str(message["to"]),
                    "subject": str(message["subject"]),
                    "headers": list(message.keys()),
                    "dated": message["date"] is not None,
                    "identified": message["message-id"] is not None,
                    "text": part("plain").replace("\r\n", "\n"),
                    "html": part("html").replace("\r\n", "\n"),
                    "protected": session.ssl is not None or server.transport.get_extra_info("sslcontext") is not None,
                    "signed_in": bool(session.authenticated),
                }
            )
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=False)


def certificate(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    authority = ec.generate_private_key(ec.SECP256R1())
    name = lambda text: x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
    now = datetime.datetime.now(datetime.timezone.utc)

    def sign(subject, public_key, extensions):
        builder = x509.CertificateBuilder().subject_name(name(subject)).issuer_name(name("Interop authority"))
        builder = builder.public_key(public_key).serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=7))
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        return builder.sign(authority, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    root = sign("Interop authority", authority.public_key(), [(x509.BasicConstraints(ca=True, path_length=0), True)])
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    server = [
        (x509.SubjectAlternativeName(names), False),
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.SERVER_AUTH]), False),
    ]
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    files = {}
    for what, pem in [("ca", root), ("chain", sign("localhost", key.public_key(), server)), ("key", private)]:
        files[what] = os.path.join(folder, what + ".pem")
        with open(files[what], "wb") as file:
            file.write(pem)
    return files


async def silent(reader, writer):
    await reader.read()


async def serve(files, started):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(files["chain"], files["key"])
    loop = asyncio.get_running_loop()
    signed_in = {"authenticator": authenticate, "auth_required": True, "auth_require_tls": True}
    protected = {"tls_context": context, "require_starttls": True}
    ports = {}
    for name, options, tls in [("plain", {}, None), ("starttls", {**signed_in, **protected}, None), ("tls", {}, context)]:
        server = await loop.create_server(lambda options=options: SMTP(Post(), **options), "127.0.0.1", 0, ssl=tls)
        ports[name] = str(server.sockets[0].getsockname()[1])
    quiet = await asyncio.start_server(silent, "127.0.0.1", 0)
    ports["silent"] = str(quiet.sockets[0].getsockname()[1])
    started({**ports, "ca": files["ca"], "user": USER, "password": PASSWORD})
    await asyncio.Event().wait()


def answer(command):
    with lock:
        if command[0] == "letters":
            taken, letters[:] = list(letters), []
            return taken
        refused[:] = command[1:]
        return refused


def say(what):
    print(json.dumps(what), flush=True)


with tempfile.TemporaryDirectory() as folder:
    threading.Thread(target=lambda: asyncio.run(serve(certificate(folder), say)), daemon=True).start()
    for line in sys.stdin:
        say(answer(line.split()))
