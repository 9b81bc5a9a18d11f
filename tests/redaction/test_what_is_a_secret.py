"""Which texts are secrets, and which only look like some."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportgen.redaction import Redactor, is_secret_name, redacted

SECRETS = {
    "password in words": ("password: hunter2", "hunter2"),
    "option": ("--db-password=hunter2 --lr 3", "hunter2"),
    "environment": ("WANDB_API_KEY=0123abcd", "0123abcd"),
    "json": ('{"auth_token": "some words"}', "some words"),
    "header": ("token: Bearer abc.def", "abc.def"),
    "named key": ("key=A1b2C3d4E5f6G7h8", "A1b2C3d4E5f6G7h8"),
    "jwt": ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "eyJhbGciOiJIUzI1NiJ9"),
    "aws": ("AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE"),
    "hugging face": ("hf_abcdefghijklmnopqrstuvwx", "hf_abcdefghij"),
    "github": ("ghp_abcdefghijklmnopqrstuvwxyz0123456789", "ghp_abc"),
    "openai": ("sk-proj-abcdefghijklmnopqrstu", "sk-proj"),
    "wandb": ("0123456789abcdef0123456789abcdef01234567", "0123456789abcdef"),
    "user in an address": ("https://me:pw@host.org/x", "me:pw"),
    "user without a scheme": ("me:passphrase@host.org", "passphrase"),
    "e-mail": ("ask jane.doe@example.org", "jane.doe"),
    "remote": ("git@github.com:lab/code.git", "lab/code"),
    "home": ("/home/jane/runs/1", "jane"),
    "home on Windows": (r"C:\Users\jane\runs", "jane"),
    "private key": ("-----BEGIN RSA PRIVATE KEY-----\nMIIabc\n-----END RSA PRIVATE KEY-----", "MIIabc"),
}
HARMLESS = [
    "losses/token: 0.5",
    "tokens_per_second=12000",
    "the config key: learning_rate",
    "key/query/value",
    "method=ppo, seed=3",
    "sk-learn, task-18, mask-rcnn_resnet50_fpn",
    "https://wandb.ai/entity/project/runs/abc123",
    "ppo@v2",
    "0.[redacted] secret: [redacted]",
    "3.14159265358979323846264338327950288419716939937510",
    "home/run and /homework/x",
]


@pytest.mark.parametrize(("text", "secret"), SECRETS.values(), ids=SECRETS)
def test_a_secret_is_taken_out_and_the_rest_stays(text, secret):
    shown = redacted(f"before {text} after")
    assert secret not in shown
    assert shown.startswith("before ")
    assert "[redacted]" in shown


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_looks_like_a_secret_stays(text):
    assert redacted(text) == text


@given(st.text(max_size=60))
def test_redacting_twice_changes_nothing_more(text):
    once = redacted(text)
    assert redacted(once) == once


def test_two_secrets_stay_two_texts_and_one_stays_one():
    redactor = Redactor()
    first, second = "hf_" + "a" * 20, "hf_" + "b" * 20
    texts = [redactor.of(f"ppo {secret}") for secret in (first, second, first)]
    assert texts == ["ppo [redacted 1]", "ppo [redacted 2]", "ppo [redacted 1]"]


def test_hashes_that_are_known_stay():
    commit = "a" * 40
    assert Redactor(known=frozenset({commit})).of(f"at {commit}") == f"at {commit}"


def test_what_an_author_wrote_on_purpose_keeps_its_address():
    assert Redactor().of("write to jane@example.org", personal=False) == "write to jane@example.org"


@pytest.mark.parametrize("name", ["key", "api_key", "WANDB_API_KEY", "optimizer.password", "hf-token", "secret"])
def test_names_of_secrets(name):
    assert is_secret_name(name)


@pytest.mark.parametrize("name", ["tokens", "tokenizer", "keyboard", "n_keys", "seed", "passes"])
def test_names_of_other_things(name):
    assert not is_secret_name(name)
