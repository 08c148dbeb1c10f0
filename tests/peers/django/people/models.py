"""Users of the project's own, in a table of another name."""

from django.contrib.auth.models import AbstractUser
from django.db import models


class Person(AbstractUser):
    nickname = models.CharField(max_length=30, blank=True, default="", db_default="")
