"""Everybody is known here, with the password "correct horse"; what there is to say of them is made of their name."""

from cas_server.auth import AuthUser


class Anybody(AuthUser):
    def test_password(self, password):
        return password == "correct horse"

    def attributs(self):
        name = self.username
        return {
            "mail": f"{name}@example.test",
            "displayName": f"Person {name}",
            "memberOf": ["staff", "cooks & <bakers>"],
        }
