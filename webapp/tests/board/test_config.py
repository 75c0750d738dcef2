"""The environment variables."""

from pathlib import Path

import pytest

from release_board.config import ConfigError, Settings, parse_database_url
from release_board.store.database import Database


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_uses_psycopg_3(scheme: str) -> None:
    url = parse_database_url(f"{scheme}://ann:p%40ss@db.example:5433/shop?sslmode=require")
    assert url.render_as_string(hide_password=False) == (
        "postgresql+psycopg://ann:p%40ss@db.example:5433/shop?sslmode=require"
    )


def test_without_variables_the_database_is_a_file_next_to_the_package() -> None:
    settings = Settings.from_environment({"DATABASE_URL": ""})
    assert settings.database_url.get_backend_name() == "sqlite"
    assert settings.database_url.database == str(Path(__file__).parents[2] / "instance" / "board.sqlite3")
    assert (settings.version, settings.environment, settings.log_level) == ("development", "local", "INFO")


@pytest.mark.parametrize("url", ["hunter2", "mysql://ann:hunter2@db/shop", "postgresql://ann:hunter2@db:port/shop"])
def test_a_bad_database_url_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ConfigError, match="DATABASE_URL") as caught:
        Settings.from_environment({"DATABASE_URL": url})
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"), [("LOG_LEVEL", "loud"), ("MAX_REQUEST_BYTES", "0"), ("MAX_REQUEST_BYTES", "²")]
)
def test_a_bad_value_names_its_variable(name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=name):
        Settings.from_environment({name: value})


@pytest.mark.parametrize("url", ["postgresql://ann:hunter2@db/shop", "postgresql://ann@db/shop?password=hunter2"])
def test_neither_the_settings_nor_the_name_for_logs_show_the_password(url: str) -> None:
    settings = Settings.from_environment({"DATABASE_URL": url})
    assert "hunter2" not in repr(settings)
    assert Database(settings.database_url).name == "postgresql db/shop"
