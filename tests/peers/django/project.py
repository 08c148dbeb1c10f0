"""A Django project with social-app-django, on a free port of this machine.

Its database is the file DJANGO_DATABASE. Its users are Django's own, or with DJANGO_USERS=people those of `people`. Its
settings of social-auth are the variables of the environment, as `social-auth serve` takes them. The first line that it
writes says where it is; each line that it then reads is a command, and is answered by a line.
"""

import json
import os
import sys
import tempfile
import threading
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import django
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.urls import include, path


def value(text):
    try:
        return json.loads(text)
    except ValueError:
        return text


OWN_PEOPLE = os.environ.get("DJANGO_USERS") == "people"
OURS = {name: value(text) for name, text in os.environ.items() if name.startswith("SOCIAL_AUTH_")}
BACKENDS = value(os.environ["AUTHENTICATION_BACKENDS"])
for mine in ("SOCIAL_AUTH_DATABASE_URL", "SOCIAL_AUTH_SECRET_KEY", "SOCIAL_AUTH_PUBLIC_URL", "SOCIAL_AUTH_LISTEN"):
    OURS.pop(mine, None)

if OWN_PEOPLE:
    # Where `makemigrations` may write.
    package = os.path.join(tempfile.mkdtemp(), "migrations_of_people")
    os.mkdir(package)
    open(os.path.join(package, "__init__.py"), "w").close()
    sys.path.insert(0, os.path.dirname(package))
    OURS.update(AUTH_USER_MODEL="people.Person", MIGRATION_MODULES={"people": "migrations_of_people"})

settings.configure(
    SECRET_KEY="of a test, and of nothing else at all",
    DEBUG=False,
    DEBUG_PROPAGATE_EXCEPTIONS=True,
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["DJANGO_DATABASE"], "OPTIONS": {"timeout": 20}}},
    INSTALLED_APPS=[
        "django.contrib.admin",
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        *(["people"] if OWN_PEOPLE else []),
        "social_django",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
    LOGGING_CONFIG=None,
    EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend",
    STATIC_URL="/static/",
    LOGIN_REDIRECT_URL="/account/",
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    AUTHENTICATION_BACKENDS=[*BACKENDS, "django.contrib.auth.backends.ModelBackend"],
    SOCIAL_AUTH_EMAIL_VALIDATION_FUNCTION="project.send_link",
    SOCIAL_AUTH_EMAIL_VALIDATION_URL="/sent/",
    **OURS,
)
# Under this name the settings find what is below.
sys.modules["project"] = sys.modules[__name__]
django.setup()

from django.contrib import admin  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from django.db import connection  # noqa: E402
from django.http import HttpResponse, JsonResponse  # noqa: E402
from django.middleware.csrf import get_token  # noqa: E402
from django.test import Client  # noqa: E402
from social_django.models import Association, Code, Nonce, Partial, UserSocialAuth  # noqa: E402
from social_django.utils import load_strategy  # noqa: E402

LINKS = []


def send_link(strategy, backend, code, partial_token):
    LINKS.append(strategy.build_absolute_uri(f"/complete/{backend.name}/?verification_code={code.code}&partial_token={partial_token}"))


def begin(request, backend):
    """A button, since the newest release begins by POST only."""
    field = f'<input name="csrfmiddlewaretoken" value="{get_token(request)}">'
    return HttpResponse(f'<main><form method="post" action="/login/{backend}/">{field}</form></main>')


def account(request):
    return JsonResponse({"username": request.user.get_username() or None})


def sent(request):
    return HttpResponse("<main>A link was sent.</main>")


urlpatterns = [
    path("admin/", admin.site.urls),
    path("begin/<backend>/", begin),
    path("account/", account),
    path("sent/", sent),
    path("", include("social_django.urls", namespace="social")),
]


def rows():
    """Everything that matters, as the models read it."""
    user = lambda one: {
        "id": one.id,
        "username": one.username,
        "email": one.email,
        "first_name": one.first_name,
        "last_name": one.last_name,
        "has_usable_password": one.has_usable_password(),
        "is_superuser": one.is_superuser,
        "has_logged_in": one.last_login is not None,
    }
    social = lambda one: {
        "id": one.id,
        "user": one.user_id,
        "provider": one.provider,
        "uid": one.uid,
        "extra_data": one.extra_data,
        "expires_soon": (one.expiration_timedelta() or one.created - one.created).total_seconds() < 7200,
        "modified_after_created": one.modified >= one.created,
    }
    return {
        "users": [user(one) for one in get_user_model().objects.order_by("id")],
        "associations": [social(one) for one in UserSocialAuth.objects.order_by("id")],
        "openid": [[one.server_url, one.handle] for one in Association.objects.order_by("id")],
        "nonces": Nonce.objects.count(),
        "codes": [[one.email, one.verified] for one in Code.objects.order_by("id")],
        "partials": [[one.backend, one.next_step] for one in Partial.objects.order_by("id")],
    }


def refresh(id):
    """A renewal by social-core; the provider's answer ends up in the row."""
    social = UserSocialAuth.objects.get(id=id)
    social.refresh_token(load_strategy())
    social.refresh_from_db()
    return {"extra_data": social.extra_data}


def expire(id):
    """The token was issued two hours ago."""
    social = UserSocialAuth.objects.get(id=id)
    social.extra_data["auth_time"] = social.extra_data["auth_time"] - 7200
    social.save()
    return {}


def read_admin():
    """Each page of the admin about a row of ours, to be changed and saved."""
    client = Client()
    boss, _ = get_user_model().objects.get_or_create(username="boss", defaults={"is_staff": True, "is_superuser": True, "email": "boss@example.test"})
    client.force_login(boss, backend="django.contrib.auth.backends.ModelBackend")
    statuses = {}
    for model in ("usersocialauth", "nonce", "association"):
        listing = f"/admin/social_django/{model}/"
        statuses[listing] = client.get(listing).status_code
    for social in UserSocialAuth.objects.all():
        page = f"/admin/social_django/usersocialauth/{social.id}/change/"
        statuses[page] = client.get(page).status_code
        social.full_clean()
        social.save()
    meta = get_user_model()._meta
    if admin.site.is_registered(get_user_model()):
        for user in get_user_model().objects.all():
            page = f"/admin/{meta.app_label}/{meta.model_name}/{user.id}/change/"
            statuses[page] = client.get(page).status_code
    return statuses


def delete(username):
    """As the admin does it: with all that belongs to the user."""
    deleted, _ = get_user_model().objects.get(username=username).delete()
    return {"deleted": deleted}


def state():
    """Whether migrations, references and the file are as they should be."""
    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        dangling = cursor.execute("PRAGMA foreign_key_check").fetchall()
        (integrity,) = cursor.execute("PRAGMA integrity_check").fetchone()
    return {"dangling": len(dangling), "integrity": integrity}


def clear():
    call_command("clearsocial", verbosity=0, age=0)
    return {}


COMMANDS = {"rows": rows, "refresh": refresh, "expire": expire, "admin": read_admin, "delete": delete, "state": state, "clear": clear}


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


def main():
    if OWN_PEOPLE:
        call_command("makemigrations", "people", verbosity=0)
    call_command("migrate", verbosity=0)
    server = make_server("127.0.0.1", 0, get_wsgi_application(), Server, Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps({"url": f"http://127.0.0.1:{server.server_port}"}), flush=True)
    for line in sys.stdin:
        name, *argument = line.split()
        if name == "link":
            answer = {"link": LINKS.pop() if LINKS else None}
        else:
            answer = COMMANDS[name](*argument)
        print(json.dumps(answer, default=str), flush=True)


main()
