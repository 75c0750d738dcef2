"""``$(NAME)`` in a variable: behind what it refers to, and refused where Kubernetes could not fill it in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.errors import SpecError
from generator.render.kinds import job
from generator.render.kinds.workloads import deployment
from generator.spec import loader, variables
from testing.specs import app

ORDERS: dict[str, tuple[str, str, list[str]]] = {
    "nothing refers": ("env: {B: 1, A: 2}", "{}", ["B", "A"]),
    "an override adds what is referred to": ("env: {A: x, B: y}", "{env: {A: 'in $(C)', C: z}}", ["C", "A", "B"]),
    "an override turns a reference round": ("env: {A: x, B: $(A)}", "{env: {A: $(B), B: y}}", ["B", "A"]),
    "over two steps": ("env: {A: $(B), B: $(C), C: 1}", "{}", ["C", "B", "A"]),
    "a list, as well": ("env: [{name: A, value: $(B)}, {name: B, value: 1}]", "{}", ["B", "A"]),
    "to what comes from elsewhere": ("config: {U: x}\nsecrets: {S: a/b}\nenv: {A: '$(U)$(S)'}", "{}", ["A"]),
    "to what the container adds": ("env: {A: $(X)}\ncontainer: {env: [{name: X, value: '1'}]}", "{}", ["X", "A"]),
    "text that only looks like it": ("env: {A: $$(B), B: '$(A)', C: $(date)}", "{}", ["A", "B", "C"]),
}


@pytest.mark.parametrize(("general", "override", "names"), ORDERS.values(), ids=ORDERS)
def test_a_variable_comes_behind_what_it_refers_to(general: str, override: str, names: list[str]) -> None:
    spec = loader.parse(app(f"{general}\nmigration: {{command: [m]}}\nenvironments: {{prod: {override}}}"))
    here = spec.apps["web"].instances["prod"]
    for manifest in (deployment.render(here.workloads["web"]), job.render(here)):
        assert manifest
        assert [item["name"] for item in manifest["spec"]["template"]["spec"]["containers"][0]["env"]] == names


FAULTS: dict[str, tuple[str, str, str]] = {
    "to nothing": ("env: {A: $(HOST)}", "apps.web.env.A: refers to HOST, which is not set", "write $$(HOST)"),
    "a slip": ("config: {DATABASE_URL: x}\nenv: {A: $(DATABSE_URL)}", "apps.web.env.A: refers to DATABSE_URL", 'did you mean "DATABASE_URL"?'),
    "to itself": ("env: {A: x$(A)}", "apps.web.env.A: refers to itself", "take one of the references out"),
    "in a circle": ("env: {A: $(B), B: $(A)}", "apps.web.env.A: refers to itself", "take one of the references out"),
    "in a list": ("env: [{name: A, value: $(HOST)}]", "apps.web.env[0].value: refers to HOST", "set HOST"),
    "taken out by an override": ("env: {A: 1, B: $(A)}\nenvironments: {prod: {env: {A: null}}}", "apps.web.env.B: refers to A, which is not set in prod", "set A"),
    "in a circle by an override": ("env: {A: 1, B: $(A)}\nenvironments: {prod: {env: {A: $(B)}}}", "apps.web.env.B: refers to itself in prod", "take one"),
}  # fmt: skip


@pytest.mark.parametrize(("fields", "message", "hint"), FAULTS.values(), ids=FAULTS)
def test_faults(fields: str, message: str, hint: str) -> None:
    with pytest.raises(SpecError) as caught:
        loader.parse(app(fields))
    fault = caught.value.faults[0]
    assert f"{fault.path}: {fault.message}".startswith(message)
    assert hint in fault.hint


@pytest.mark.parametrize(
    "value", ["$(KUBERNETES_SERVICE_HOST)", "$$(HOST)", "$HOST", "$(date)", "$(HOST", "$()", "$$$$(A)"]
)
def test_no_reference(value: str) -> None:
    loader.parse(app(f"env: {{A: '{value}'}}"))


def test_each_environment_may_set_what_is_referred_to_in_general() -> None:
    loader.parse(app("env: {A: $(HOST)}\nenvironments: {dev: {env: {HOST: a}}, prod: {config: {HOST: b}}}"))


def test_what_the_container_adds_may_be_known_there_alone() -> None:
    loader.parse(app("env: {A: $(HOST)}\ncontainer: {envFrom: [{secretRef: {name: s}}]}"))


VALUES = st.sampled_from(["$(A)", "$(B)$(E)", "$(C)", "x", "$(D)$(A)"])


@given(st.dictionaries(st.sampled_from("ABCDE"), VALUES))
def test_nothing_is_lost_and_no_order_is_changed_twice(values: dict[str, str]) -> None:
    # In no circle: a name refers to later ones only.
    env = [
        {"name": name, "value": value if min(variables.references(value), default="Z") > name else "x"}
        for name, value in values.items()
    ]
    once = variables.ordered(env)
    assert sorted(map(str, once)) == sorted(map(str, env))
    assert variables.ordered(once) == once
    names = [item["name"] for item in once]
    for index, item in enumerate(once):
        assert not set(variables.references(item["value"])) & set(names[index:])
