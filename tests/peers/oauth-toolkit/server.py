"""An OAuth 2.0 and OpenID Connect server on django-oauth-toolkit, on a free port of this machine.

The first line that it writes says where it is, and what clients show. `client URL NAME ALGORITHM` registers a client for
an application; `requests` tells how often each path was asked for. Who signs in types a name, nothing else.
"""

import json
import os
import sys
import tempfile
import threading
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import django
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.urls import include, path

key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
)
SECRET = "the secret of every client, and long enough for HS256"
asked = {}


# Under this name the settings find the validator below.
sys.modules["validator"] = sys.modules[__name__]
settings.configure(
    SECRET_KEY="of-a-test",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": os.path.join(tempfile.mkdtemp(), "toolkit.sqlite3"),
            "OPTIONS": {"timeout": 20, "transaction_mode": "IMMEDIATE"},
        }
    },
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "oauth2_provider"],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True,
                "OPTIONS": {"context_processors": ["django.template.context_processors.request"]}}],
    LOGIN_URL="/who/",
    USE_TZ=True,
    LOGGING_CONFIG=None,
    OAUTH2_PROVIDER={
        "OIDC_ENABLED": True,
        "OIDC_RP_INITIATED_LOGOUT_ENABLED": True,
        "OIDC_RP_INITIATED_LOGOUT_ALWAYS_PROMPT": False,
        "OIDC_RSA_PRIVATE_KEY": key.decode(),
        "OAUTH2_VALIDATOR_CLASS": "validator.Validator",
        "SCOPES": {"openid": "to know who it is", "profile": "the name", "email": "the address", "read": "to read"},
        "ALLOWED_SCHEMES": ["http"],
        "REFRESH_TOKEN_REUSE_PROTECTION": True,
    },
)
django.setup()

from django.contrib.auth import get_user_model, login  # noqa: E402
from oauth2_provider.decorators import protected_resource  # noqa: E402
from oauth2_provider.models import AccessToken, Application, RefreshToken  # noqa: E402
from oauth2_provider.oauth2_validators import OAuth2Validator  # noqa: E402


class Validator(OAuth2Validator):
    oidc_claim_scope = None

    def get_additional_claims(self):
        return {
            "preferred_username": lambda request: request.user.username,
            "email": lambda request: request.user.email,
            "email_verified": lambda request: True,
            "given_name": lambda request: request.user.first_name,
            "family_name": lambda request: request.user.last_name,
        }


def who(request):
    if request.method == "POST":
        name = request.POST["login"]
        defaults = {"email": f"{name}@example.test", "first_name": "Person", "last_name": name}
        user, _ = get_user_model().objects.get_or_create(username=name, defaults=defaults)
        login(request, user, backend="django.contrib.auth.backends.ModelBackend")
        response = HttpResponse(status=302)
        response["location"] = request.GET["next"]
        return response
    token = f'<input name="csrfmiddlewaretoken" value="{get_token(request)}">'
    return HttpResponse(f'<main><form method="post">{token}<input name="login"></form></main>')


@protected_resource(scopes=["read"])
def profile(request):
    user = request.resource_owner
    return JsonResponse({"result": {"user": {"pk": user.pk, "login": user.username, "mail": [{"address": user.email, "confirmed": True}]}}})


urlpatterns = [path("who/", who), path("api/profile", profile), path("o/", include("oauth2_provider.urls"))]


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Counting(WSGIRequestHandler):
    def log_message(self, *_):
        pass

    def parse_request(self):
        parsed = super().parse_request()
        if parsed:
            name = self.path.split("?")[0]
            asked[name] = asked.get(name, 0) + 1
        return parsed


def register(url, name, algorithm):
    client = Application.objects.filter(client_id=name).first() or Application(
        name=name,
        client_id=name,
        client_secret=SECRET,
        hash_client_secret=algorithm != "HS256",
        client_type=Application.CLIENT_PUBLIC if name.startswith("public") else Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
        algorithm="" if algorithm == "none" else algorithm,
    )
    # Several applications are one client.
    client.redirect_uris += f" {url}/complete/{name}/"
    client.post_logout_redirect_uris += f" {url}/logout/complete/"
    client.save()
    return {"registered": name}


def main():
    call_command("migrate", verbosity=0)
    server = make_server("127.0.0.1", 0, get_wsgi_application(), Server, Counting)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps({"url": f"http://127.0.0.1:{server.server_port}", "secret": SECRET}), flush=True)
    for line in sys.stdin:
        name, *arguments = line.split()
        if name == "client":
            answer = register(*arguments)
        elif name == "tokens":
            answer = {"access": AccessToken.objects.count(), "refresh": RefreshToken.objects.filter(revoked=None).count()}
        else:
            answer = asked
        print(json.dumps(answer), flush=True)


main()
