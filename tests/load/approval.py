"""An approval with nothing in it, for servers that stand in for the service where only time is looked at."""

import json

ANSWER = json.dumps(
    {
        "decision_id": "d",
        "outcome": "APPROVED",
        "reasons": [],
        "advice": [],
        "items": [],
        "result": {},
        "verifications": [],
    }
).encode()
