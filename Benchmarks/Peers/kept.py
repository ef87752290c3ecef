"""Results as they were found, which also say how much they were measured of."""

import json

from Accuracy.found import Found


class Kept(Found):
    def asked(self, name: str, row: str) -> dict | None:
        """The set-up that a result was found with; None where nothing was."""
        try:
            return json.loads(self.path(name, row).read_text())["setup"]
        except (FileNotFoundError, json.JSONDecodeError):
            return None
