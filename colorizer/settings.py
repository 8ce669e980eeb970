"""The app's settings: environment → one frozen object, checked before anything starts.

Every variable is optional; `python -c "from colorizer.settings import describe; print(describe())"`
prints the table of docs/settings.md.
"""

import ipaddress
import os
import re
from collections.abc import MutableMapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, SettingsConfigDict

from colorizer.photo import DEFAULT_LIMITS, PhotoLimits

PREFIX = "COLORIZER_"

SPACE_PROXIES = "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,127.0.0.0/8"
"""A Space is reached through its host's own network only."""


class SettingsError(ValueError):
    """A variable that cannot work; the text names it, its value and what is allowed."""


def _on_a_space(there: str, elsewhere: str) -> Any:
    return lambda: there if os.environ.get("SPACE_ID") else elsewhere


class Settings(BaseSettings):
    """What the app can be told; each field is read from COLORIZER_<FIELD> (or its alias)."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        frozen=True,
        extra="ignore",
        validate_by_name=True,
        hide_input_in_errors=True,
        allow_inf_nan=False,
    )

    host: str = Field(
        default_factory=_on_a_space("0.0.0.0", "127.0.0.1"),
        description="address to listen on; 0.0.0.0 on a Space",
    )
    device: Literal["cpu", "cuda"] = Field(default="cpu", description="cpu or cuda")
    max_megabytes: Annotated[int, Field(ge=1, le=1024)] = Field(
        default=DEFAULT_LIMITS.max_bytes >> 20, description="largest file accepted, MiB"
    )
    max_megapixels: Annotated[int, Field(ge=1, le=1000)] = Field(
        default=DEFAULT_LIMITS.max_pixels // 10**6, description="largest photo accepted, megapixels"
    )
    max_side: Annotated[int, Field(ge=16, le=1_000_000)] = Field(
        default=DEFAULT_LIMITS.max_side, description="longest side accepted, pixels"
    )
    max_photos: Annotated[int, Field(ge=1, le=1000)] = Field(
        default=50, description="photos coloured in one go"
    )
    film_seconds: Annotated[int, Field(ge=0, le=3600)] = Field(
        default=10,
        description="seconds of a film that the page colours; 0: no films; they need "
        "`pip install '.[film]'`",
    )
    film_megapixels: Annotated[int, Field(ge=1, le=100)] = Field(
        default=3, description="largest pictures of a film, megapixels"
    )
    address_runs: Annotated[int, Field(ge=1, le=10**6)] = Field(
        default=4,
        description="runs at a time for visitors of one address together; raise it for a classroom",
    )
    address_requests: Annotated[int, Field(ge=16, le=10**6)] = Field(
        default=128,
        description="requests at a time, and connections, for visitors of one address together",
    )
    address_megabytes: Annotated[int, Field(ge=1, le=10**6)] = Field(
        default=4096,
        description="MiB that visitors of one address together may send within an hour",
    )
    queue_size: Annotated[int, Field(ge=1, le=10_000)] = Field(
        default=32,
        description="people waiting before the page says that it is busy; half for one address",
    )
    hub_models: Annotated[int, Field(ge=0, le=16)] = Field(
        default=2,
        description="models of the Hub, named by visitors, kept in memory at a time; 0: none are "
        "offered",
    )
    preview_side: Annotated[int, Field(ge=64, le=8192)] = Field(
        default=1280, description="long side of the pictures on the page, pixels"
    )
    study_photos: str = Field(
        default="",
        description="photos of the Turing test, a folder or a Hub dataset; empty: a small demo set",
    )
    study_name: str = Field(
        default="",
        description="name of the study in its results; empty: that of the folder or dataset",
    )
    study_key: str = Field(
        default="",
        repr=False,
        description="opens results and votes for the owner, at least 12 characters; empty: votes "
        "stay closed",
    )
    study_protocol: Literal["short", "published"] = Field(
        default="short",
        description="short: 5 practice, 20 scored, 4 catch pairs; published: 10, 36 and 4 after "
        "Zhang et al.",
    )
    study_exposure: Annotated[float, Field(ge=0, le=60)] | None = Field(
        default=None,
        description="how long a pair is shown, seconds, 0 without limit; empty: 0 for short, 1 for "
        "published",
    )
    study_vividness: str = Field(
        default="1",
        description="vividness at which every model takes part in the study, 0 to 3, by commas: "
        "`0.7,1,1.3` compares paler and stronger colours",
    )
    study_address_pairs: Annotated[int, Field(ge=1, le=10**9)] = Field(
        default=600,
        description="pairs an hour for visitors of one address together; raise it for a classroom",
    )
    own_studies: Annotated[int, Field(ge=0, le=1000)] = Field(
        default=20,
        description="studies that visitors may have on this machine at a time, some 100 MB each; "
        "0: none",
    )
    study_secret: str = Field(
        default="",
        repr=False,
        description="signs participants; empty: made once and kept in `study-secret` beside the "
        "votes",
    )
    database_url: str = Field(
        default="",
        repr=False,
        description="votes, `sqlite:///…` or `postgresql://…`; empty: `~/.colorizer/votes.db`",
    )
    votes_dataset: str = Field(
        default="", description="Hub dataset that gets a copy of all votes; empty: none"
    )
    hub_token: str = Field(
        default="",
        validation_alias="HF_TOKEN",
        repr=False,
        description="may read the study's dataset and write to that of the votes",
    )
    proxies: str = Field(
        default_factory=_on_a_space(SPACE_PROXIES, ""),
        description="addresses or networks of proxies, by commas, whose `x-forwarded-for` is "
        "believed, counted from the right; on a Space the private networks",
    )
    mcp: Annotated[int, Field(ge=0, le=1)] = Field(
        default=0,
        description="1 offers the endpoints to agents as MCP tools; needs `pip install "
        "'gradio[mcp]'`",
    )

    @field_validator("proxies")
    @classmethod
    def _are_networks(cls, proxies: str) -> str:
        for proxy in filter(None, proxies.split(",")):
            try:
                ipaddress.ip_network(proxy.strip())
            except ValueError as error:
                raise ValueError("addresses or networks such as 10.0.0.0/8, by commas") from error
        return ",".join(filter(None, (proxy.strip() for proxy in proxies.split(","))))

    @field_validator("study_vividness")
    @classmethod
    def _are_strengths(cls, given: str) -> str:
        for strength in given.split(","):
            if not re.fullmatch(r"\s*(\d(\.\d{1,2})?)\s*", strength) or float(strength) > 3:
                raise ValueError("numbers from 0 to 3 such as 0.7,1,1.3, by commas")
        return given

    @field_validator("study_secret")
    @classmethod
    def _is_long(cls, secret: str) -> str:
        if secret and len(secret.encode()) < 16:
            raise ValueError("at least 16 characters, or empty")
        return secret

    @field_validator("study_key")
    @classmethod
    def _is_no_guess(cls, key: str) -> str:
        if 0 < len(key) < 12:
            raise ValueError("at least 12 characters, or empty")
        return key

    @model_validator(mode="after")
    def _may_write_votes(self) -> Self:
        if self.votes_dataset and not self.hub_token:
            raise ValueError(
                f"{PREFIX}VOTES_DATASET={self.votes_dataset}: needs HF_TOKEN, a token that may "
                "write to it"
            )
        return self

    @property
    def study_strengths(self) -> tuple[float, ...]:
        """`study_vividness` as numbers, each once, in their order."""
        return tuple(dict.fromkeys(map(float, self.study_vividness.split(","))))

    @property
    def limits(self) -> PhotoLimits:
        """The limits for photos, the same for uploads, programs and the command line."""
        max_pixels = self.max_megapixels * 10**6
        return PhotoLimits(
            max_bytes=self.max_megabytes << 20,
            max_pixels=max_pixels,
            max_side=self.max_side,
            max_memory=max_pixels * DEFAULT_LIMITS.max_memory // DEFAULT_LIMITS.max_pixels,
        )


SECRETS = ("study_secret", "database_url", "hub_token")


def read_settings() -> Settings:
    """The settings that the environment asks for; SettingsError with all that cannot work."""
    try:
        settings = Settings()
    except ValidationError as error:
        raise SettingsError("\n".join(map(_sentence, error.errors()))) from None
    known = {variable(name) for name in Settings.model_fields}
    for name in sorted(os.environ.keys() - known):
        if name.startswith(PREFIX) and not name.startswith(f"{PREFIX}TEST_"):
            raise SettingsError(f"{name}: there is no such setting")
    return settings


def forget_secrets(environment: MutableMapping[str, str] | None = None) -> None:
    """Take the secrets out of the environment: no program that is started inherits them."""
    environment = os.environ if environment is None else environment
    for name in SECRETS:
        environment.pop(variable(name), None)


def describe() -> str:
    """The settings as a Markdown table."""
    rows = [
        f"| `{variable(name)}` | {_default(field)} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    return "\n".join(["| variable | default | meaning |", "|---|---|---|", *rows])


def variable(name: str) -> str:
    """The environment variable of a field."""
    alias = Settings.model_fields[name].validation_alias
    return str(alias) if alias else PREFIX + name.upper()


def _default(field: FieldInfo) -> str:
    if field.default_factory is not None:
        return "" if "proxies" in str(field.description) else "127.0.0.1"
    return "" if field.default is None else str(field.default)


def _sentence(error: Any) -> str:
    """What is wrong with one variable; a secret's value is not shown."""
    if not error["loc"]:  # of several together, which are named by the error itself
        return str(error["ctx"]["error"])
    name = next(n for n in Settings.model_fields if error["loc"][0] in (n, variable(n)))
    given = "…" if name in SECRETS else os.environ.get(variable(name), "")
    return f"{variable(name)}={given}: must be {_allowed(name, error)}"


def _allowed(name: str, error: Any) -> str:
    context = error.get("ctx", {})
    if "error" in context:  # one of the validators above
        return str(context["error"])
    if "expected" in context:
        return str(context["expected"])
    schema = Settings.model_json_schema(by_alias=False)["properties"][name]
    schema = schema.get("anyOf", [schema])[0]
    kind = "a whole number" if schema["type"] == "integer" else "a number"
    return f"{kind} from {schema['minimum']} to {schema['maximum']}"
