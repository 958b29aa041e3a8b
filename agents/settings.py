"""What the operator chose: `RASID_*` variables over the TOML file that `RASID_CONFIG` names.

An empty variable wins over the file too: it leaves the setting as it comes, since services pass on variables that are
not set as empty ones. All is checked before anything starts, by `load()`. Only values live here; kafka.py and app.py
turn them into clients.
"""

import difflib
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, Field, FilePath, SecretStr, ValidationError, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from rasid.errors import ConfigError

PREFIX: Final = "RASID_"
CONFIG: Final = "RASID_CONFIG"
DEFAULT_PORT: Final = 9092  # Apache Kafka's own
SECRET_NAMES: Final = ("pass", "secret", "token", "key")  # of a setting, known or not: its value is never shown


def _servers(text: str) -> str:
    servers = [_server(part.strip()) for part in text.split(",") if part.strip()]
    if not servers:
        raise ValueError("no broker is named")
    return ",".join(servers)


def _server(text: str) -> str:
    found = re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?", text)
    if not found or not 0 < int(found[2] or DEFAULT_PORT) < 1 << 16:
        raise ValueError(f"{text!r} is not host:port")
    return f"{found[1]}:{found[2] or DEFAULT_PORT}"


Servers = Annotated[str, AfterValidator(_servers)]
KafkaName = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]*$", max_length=128)]  # 249 less our topics' own names


class _File(TomlConfigSettingsSource):
    """The keys of the configuration file, less those whose variable is there and empty."""

    def __call__(self) -> dict[str, Any]:
        """What is left for it to say."""
        return {name: value for name, value in super().__call__().items() if os.environ.get(_variable(name)) != ""}


def _variable(name: str) -> str:
    return PREFIX + name.upper()


class Settings(BaseSettings):
    """Every setting of contract.md; a field's name is its variable without `RASID_`, its description what is allowed.

    Building one reads environment and file, as `load()` does, but raises pydantic's ValidationError.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, extra="forbid", frozen=True, validate_default=False
    )

    bootstrap_servers: Servers | None = Field(
        default=None, description="host:port of one or more brokers, separated by commas; none: the embedded broker"
    )
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        default="PLAINTEXT", description="PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL"
    )
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] | None = Field(
        default=None, description="PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512"
    )
    sasl_username: str | None = Field(default=None, description="the user's name at the broker")
    sasl_password: SecretStr | None = Field(default=None, description="the user's password at the broker")
    ssl_cafile: FilePath | None = Field(
        default=None, description="a PEM file with the certificates to trust; none: the system's"
    )
    topic_prefix: KafkaName = Field(
        default="", description="letters, digits, '.', '_' and '-', at most 128; put before every topic's name"
    )
    partitions: int = Field(default=4, ge=1, le=1000, description="a whole number from 1 to 1000")
    replication_factor: int = Field(default=1, ge=1, le=9, description="a whole number from 1 to 9")
    group: KafkaName = Field(default="rasid", min_length=1, description="letters, digits, '.', '_' and '-', 1 to 128")
    web_host: str = Field(default="127.0.0.1", min_length=1, description="the address to listen on")
    web_port: int = Field(default=6066, ge=0, le=65535, description="a port; 0 takes a free one")
    receivers: FilePath | None = Field(default=None, description="a TOML file that exists, with [[receiver]] tables")
    log_format: Literal["text", "json"] = Field(default="text", description="text or json")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="debug, info, warning or error"
    )

    ner: Literal["off", "matched", "all"] = Field(
        default="off",
        description="off, matched or all: which articles are looked through for names no list holds",
    )
    ner_by: Literal["sequence", "camel-tools"] = Field(
        default="sequence",
        description="sequence (our own tagger) or camel-tools (its NERecognizer: the neural extra and its data)",
    )

    analysis_processes: int | None = Field(
        default=None,
        ge=1,
        le=64,
        description="a whole number from 1 to 64; none: half of the processors, 2 to 4 (1 where there is one)",
    )

    fetch_max_wait_ms: int = Field(
        default=500,
        ge=10,
        le=10_000,
        description="milliseconds from 10 to 10000 that a broker may wait for new records",
    )
    session_timeout_seconds: float = Field(
        default=10, ge=1, le=600, description="seconds from 1 to 600 after which a worker that is gone is given up"
    )
    rebalance_timeout_seconds: float = Field(
        default=10, ge=1, le=600, description="seconds from 1 to 600 that workers have to join when one comes or goes"
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # no .env: what is set is visible
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then environment, then what it leaves to the file that RASID_CONFIG names."""
        file = os.environ.get(CONFIG)
        below = (_File(settings_cls, Path(file)),) if file else ()
        return (init_settings, env_settings, *below)

    @model_validator(mode="after")
    def _credentials_are_whole(self) -> Self:
        given = [
            name for name in ("sasl_mechanism", "sasl_username", "sasl_password") if getattr(self, name) is not None
        ]
        if self.uses_sasl and len(given) < 3:  # noqa: PLR2004
            raise ValueError(
                f"{PREFIX}SECURITY_PROTOCOL={self.security_protocol!r} needs RASID_SASL_MECHANISM, "
                "RASID_SASL_USERNAME and RASID_SASL_PASSWORD"
            )
        if given and not self.uses_sasl:
            names = ", ".join(_as_given(name, getattr(self, name)) for name in given)
            verb = "needs" if len(given) == 1 else "need"
            raise ValueError(f"{names} {verb} RASID_SECURITY_PROTOCOL to be SASL_PLAINTEXT or SASL_SSL")
        if self.ssl_cafile and not self.uses_tls:
            cafile = _as_given("ssl_cafile", str(self.ssl_cafile))
            raise ValueError(f"{cafile} needs RASID_SECURITY_PROTOCOL to be SSL or SASL_SSL")
        return self

    @property
    def embedded(self) -> bool:
        """Whether no broker is configured, so that the embedded one serves."""
        return self.bootstrap_servers is None

    @property
    def names_by(self) -> str | None:
        """The tagger that looks for names no list holds; None where nothing does."""
        return None if self.ner == "off" else self.ner_by

    @property
    def servers(self) -> list[str]:
        """The brokers as host:port each; raises ConfigError where none is configured."""
        if self.bootstrap_servers is None:
            raise ConfigError(
                "no broker is configured: set RASID_BOOTSTRAP_SERVERS to host:port, "
                "or run `rasid up` or `rasid demo`, which bring a broker of their own"
            )
        return self.bootstrap_servers.split(",")

    @property
    def uses_sasl(self) -> bool:
        """Whether clients sign in."""
        return self.security_protocol.startswith("SASL_")

    @property
    def uses_tls(self) -> bool:
        """Whether connections are encrypted."""
        return self.security_protocol.endswith("SSL")

    @property
    def secrets(self) -> list[str]:
        """Values that must not show up in any output."""
        return [self.sasl_password.get_secret_value()] if self.sasl_password else []

    @property
    def group_id(self) -> str:
        """The consumer group: two deployments with prefixes of their own do not meet in one."""
        return self.topic_prefix + self.group

    def with_embedded_broker(self, address: str) -> Self:
        """The same settings for the embedded broker at `address`, which makes use of every wait it is allowed.

        It holds a group's first member back for half the session timeout, and a fetch for half of its longest wait.
        """
        return self.model_copy(
            update={
                "bootstrap_servers": address,
                "security_protocol": "PLAINTEXT",
                "replication_factor": 1,
                "fetch_max_wait_ms": 50,
                "session_timeout_seconds": 3.0,
                "rebalance_timeout_seconds": 4.0,
            }
        )


def load() -> Settings:
    """The settings of this process; raises ConfigError that names each wrong or unknown one and what is allowed."""
    faults = [*_unknown_variables(os.environ), *_unknown_keys(_file())]
    if faults:
        raise ConfigError("; ".join(faults))
    try:
        return Settings()
    except ValidationError as error:
        raise ConfigError("; ".join(map(_fault, error.errors()))) from None  # pydantic's text would show secrets


def _file() -> Mapping[str, Any]:
    """What the configuration file says; empty where there is none."""
    path = os.environ.get(CONFIG)
    if not path:
        return {}
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{CONFIG}={path!r} cannot be read: {error}: name a TOML file that exists") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{CONFIG}={path!r} is not TOML: {error}") from error


def _unknown_variables(environment: Mapping[str, str]) -> Iterable[str]:
    known = {_variable(name) for name in Settings.model_fields} | {CONFIG}
    for variable in sorted(environment):
        if variable.upper().startswith(PREFIX) and variable not in known:
            nearest = _nearest(variable[len(PREFIX) :].lower())
            value = _shown(variable + (nearest or ""), environment[variable])
            advice = _advice(PREFIX + nearest.upper() if nearest else None, known)
            yield f"unknown variable {variable}={value}: {advice}"


def _unknown_keys(file: Mapping[str, Any]) -> Iterable[str]:
    for key in file:
        if key not in Settings.model_fields:
            nearest = _nearest(key.lower())
            value = _shown(key + (nearest or ""), file[key])
            yield f"unknown key {key} = {value} in {os.environ[CONFIG]}: {_advice(nearest, Settings.model_fields)}"


def _nearest(name: str) -> str | None:
    """The setting that was probably meant."""
    return next(iter(difflib.get_close_matches(name, Settings.model_fields, n=1, cutoff=0.6)), None)


def _advice(nearest: str | None, known: Iterable[str]) -> str:
    return f"did you mean {nearest}?" if nearest else "known are " + ", ".join(sorted(known))


def _fault(error: ErrorDetails) -> str:
    """One complaint of pydantic as a sentence: the setting, its value, what is allowed."""
    if not error["loc"]:
        return error["msg"].removeprefix("Value error, ")
    name = str(error["loc"][0])
    allowed = Settings.model_fields[name].description
    return f"{_source(name)}{_shown(name, error['input'])} is not allowed: {allowed}"


def _source(name: str) -> str:
    """How the setting was given, up to its value: a variable, or a key of the file."""
    variable = _variable(name)
    if os.environ.get(variable):
        return f"{variable}="
    return f"{name} = " if name not in _file() else f"in {os.environ[CONFIG]}, {name} = "


def _as_given(name: str, value: Any) -> str:
    return f"{_variable(name)}={_shown(name, value)}"


def _shown(name: str, value: Any) -> str:
    return "***" if any(part in name.lower() for part in SECRET_NAMES) else repr(value)
