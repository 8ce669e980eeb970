"""Who votes: signed participant tokens and salted address hashes, never a raw address.

The secret is passed in by the app; whoever knows it can forge participants.
"""

import hashlib
import hmac
import ipaddress
import re
from datetime import UTC, datetime

from colorizer.errors import StudyError
from colorizer.study.trials import new_id

_TOKEN = re.compile(r"([0-9a-f]{32})\.([0-9a-f]{64})")
MIN_SECRET_BYTES = 16


class Identity:
    """Issues and checks participant tokens of the form `<id>.<HMAC-SHA-256 of the id>`."""

    def __init__(self, secret: bytes) -> None:
        """Take the secret: at least 16 bytes, the same in every process that serves the study."""
        if len(secret) < MIN_SECRET_BYTES:
            raise ValueError(f"the study secret needs at least {MIN_SECRET_BYTES} bytes")
        self._secret = secret

    def new_token(self) -> str:
        """A token for a participant who has none yet."""
        return self._signed(new_id())

    def participant(self, token: object) -> str:
        """The participant id in `token`; StudyError if this study never signed it."""
        match = _TOKEN.fullmatch(token) if isinstance(token, str) else None
        if match is None or not hmac.compare_digest(self._signed(match[1]), match[0]):
            raise StudyError("session_not_valid")
        return match[1]

    def address_hash(self, address: str | None, now_ms: int) -> str:
        """A 128-bit hash of an IP address that is only comparable within one UTC day.

        An IPv6 address counts by its /64 network, which is what one household has.
        """
        day = datetime.fromtimestamp(now_ms / 1000, tz=UTC).date().isoformat()
        return self._digest("address", f"{day}|{_network(address or '')}")[:32]

    def pseudonym(self, participant_id: str) -> str:
        """A stable name for a participant in published votes that cannot be traced to a token."""
        return self._digest("pseudonym", participant_id)[:16]

    def _signed(self, participant_id: str) -> str:
        return f"{participant_id}.{self._digest('participant', participant_id)}"

    def _digest(self, purpose: str, text: str) -> str:
        message = f"{purpose}|{text}".encode("utf-8", "surrogatepass")
        return hmac.new(self._secret, message, hashlib.sha256).hexdigest()


def _network(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address.strip())
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed.packed[:8] + bytes(8), 64)))
    return str(parsed)
