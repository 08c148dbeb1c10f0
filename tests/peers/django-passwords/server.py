"""A site in Django with users and passwords, on the SQLite file that the environment's DATABASE names.

The first line that it writes says that its tables are there. After that it answers each line of JSON with one:

  {"create": name, "email": address, "password": text or null, "hasher": algorithm}   makes a user as Django does
  {"authenticate": name, "password": text}      django.contrib.auth.authenticate: the user's name, or null
  {"check": hash, "password": text}             check_password: whether it fits, and by which hasher
  {"stored": name}                              the column `password`, and whether Django calls it usable
"""

import json
import os
import sys

import django
from django.conf import settings

HASHERS = [
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
]

settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["DATABASE"], "OPTIONS": {"timeout": 20}}},
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes"],
    PASSWORD_HASHERS=HASHERS,
    SECRET_KEY="of a test",
    USE_TZ=True,
)
django.setup()

from django.contrib.auth import authenticate, get_user_model  # noqa: E402
from django.contrib.auth.hashers import check_password, identify_hasher, make_password  # noqa: E402
from django.core.management import call_command  # noqa: E402

User = get_user_model()


def create(order):
    user = User(username=order["create"], email=order["email"])
    user.password = make_password(order["password"], hasher=order["hasher"])
    user.save()
    return user.password


def check(order):
    return {"fits": check_password(order["password"], order["check"]), "hasher": identify_hasher(order["check"]).algorithm}


def stored(order):
    user = User.objects.get(username=order["stored"])
    return {"password": user.password, "usable": user.has_usable_password()}


def signed_in(order):
    user = authenticate(username=order["authenticate"], password=order["password"])
    return user.get_username() if user else None


COMMANDS = {"create": create, "check": check, "stored": stored, "authenticate": signed_in}

call_command("migrate", verbosity=0)
print(json.dumps({"django": django.get_version()}))
for line in sys.stdin:
    order = json.loads(line)
    print(json.dumps(next(answer(order) for name, answer in COMMANDS.items() if name in order)), flush=True)
