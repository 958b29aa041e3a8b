"""Signatures against the published vectors of Standard Webhooks, and against its own library as a receiver."""

import base64
from datetime import UTC, datetime, timedelta, timezone

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from standardwebhooks import Webhook, WebhookVerificationError

from rasid.deliver.sign import Signer, key
from rasid.errors import ConfigError

# Of the specification's own libraries: the key, message and signature that all of them test with.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
VECTOR_ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
VECTOR_AT = datetime.fromtimestamp(1614265330, UTC)
VECTOR_BODY = b'{"test": 2432232314}'
VECTOR_SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
OTHER = "whsec_" + base64.b64encode(bytes(range(32))).decode()


def test_the_published_vector():
    assert Signer([SECRET]).headers(VECTOR_ID, VECTOR_AT, VECTOR_BODY) == {
        "webhook-id": VECTOR_ID,
        "webhook-timestamp": "1614265330",
        "webhook-signature": VECTOR_SIGNATURE,
    }


@pytest.mark.parametrize("hours", [-11, -5, 3, 14])
def test_the_moment_counts_and_not_the_clock_it_was_read_from(hours):
    at = VECTOR_AT.astimezone(timezone(timedelta(hours=hours)))
    assert Signer([SECRET]).headers(VECTOR_ID, at, VECTOR_BODY)["webhook-signature"] == VECTOR_SIGNATURE


def test_timestamp_and_signature_agree_within_a_second():
    at = VECTOR_AT + timedelta(microseconds=999_999)
    headers = Signer([SECRET]).headers(VECTOR_ID, at, VECTOR_BODY)
    assert headers["webhook-timestamp"] == "1614265330"
    assert headers["webhook-signature"] == VECTOR_SIGNATURE


def test_a_naive_datetime_is_refused():
    with pytest.raises(ValueError, match="no time zone"):
        Signer([SECRET]).headers(VECTOR_ID, VECTOR_AT.replace(tzinfo=None), VECTOR_BODY)


def test_while_a_key_rotates_either_secret_verifies():
    body = '{"title":"الضمانات الأمنية"}'.encode()
    headers = Signer([OTHER, SECRET]).headers("alert_1", datetime.now(UTC), body)
    assert len(headers["webhook-signature"].split(" ")) == 2
    assert Webhook(SECRET).verify(body, headers) == Webhook(OTHER).verify(body, headers)


def test_a_changed_body_id_or_time_does_not_verify():
    headers = Signer([SECRET]).headers("alert_1", datetime.now(UTC), b"{}")
    later = str(int(headers["webhook-timestamp"]) + 1)
    for body, changes in [(b"{ }", {}), (b"{}", {"webhook-id": "alert_2"}), (b"{}", {"webhook-timestamp": later})]:
        with pytest.raises(WebhookVerificationError):
            Webhook(SECRET).verify(body, headers | changes)


@pytest.mark.parametrize("message_id", ["", "a.b", "a b", "a\r\nx: y", "é", "a" * 129, "a\n"])
def test_ids_that_would_blur_what_is_signed_are_refused(message_id):
    with pytest.raises(ValueError, match="webhook id"):
        Signer([SECRET]).headers(message_id, VECTOR_AT, b"{}")


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "whsec_",
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_c2hvcnQ=",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",
        "whsec_" + "not base64! " * 4,
        "whsec_" + base64.b64encode(bytes(65)).decode(),
        "whsec_" + "é" * 32,
    ],
)
def test_a_bad_secret_is_refused_and_not_shown(secret):
    with pytest.raises(ConfigError) as caught:
        Signer([secret])
    assert "whsec_ followed by base64" in str(caught.value)
    assert len(secret) < 7 or secret not in str(caught.value)


def test_no_secret_is_an_error_that_says_how_to_make_one():
    with pytest.raises(ConfigError, match=r"os\.urandom"):
        Signer([])


SEED = bytes(range(32))
PRIVATE = "whsk_" + base64.b64encode(SEED).decode()
PUBLIC = key(PRIVATE).public


def test_ed25519_is_that_of_rfc_8032():
    """Test 1 of its section 7.1: the public key of a seed. What is signed is the standard's, and never empty."""
    seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    public = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    assert key("whsk_" + base64.b64encode(seed).decode()).public == "whpk_" + base64.b64encode(public).decode()


def test_a_private_key_signs_and_its_public_key_verifies():
    headers = Signer([PRIVATE]).headers(VECTOR_ID, VECTOR_AT, VECTOR_BODY)
    version, _, signature = headers["webhook-signature"].partition(",")
    assert version == "v1a"
    raw = Ed25519PublicKey.from_public_bytes(base64.b64decode(PUBLIC.removeprefix("whpk_")))
    raw.verify(base64.b64decode(signature), f"{VECTOR_ID}.1614265330.".encode() + VECTOR_BODY)
    reader = Signer([PUBLIC])
    assert reader.fault(headers, VECTOR_BODY, VECTOR_AT, timedelta(minutes=5)) is None
    assert reader.fault(headers, VECTOR_BODY + b" ", VECTOR_AT, timedelta(minutes=5))
    assert reader.fault(headers | {"webhook-id": "other"}, VECTOR_BODY, VECTOR_AT, timedelta(minutes=5))


def test_from_a_secret_to_a_key_pair_both_kinds_stand_in_one_header():
    headers = Signer([PRIVATE, SECRET]).headers(VECTOR_ID, VECTOR_AT, VECTOR_BODY)
    assert [each[:3] for each in headers["webhook-signature"].split()] == ["v1a", "v1,"]
    for one in (PUBLIC, SECRET, PRIVATE):
        assert Signer([one]).fault(headers, VECTOR_BODY, VECTOR_AT, timedelta(minutes=5)) is None


def test_seed_and_public_key_written_together_are_the_same_key():
    public = base64.b64decode(PUBLIC.removeprefix("whpk_"))
    both = Signer(["whsk_" + base64.b64encode(SEED + public).decode()])
    assert both.public_keys == [PUBLIC] == Signer([PRIVATE]).public_keys


def test_a_public_key_signs_nothing_and_a_signature_of_another_kind_is_not_one():
    with pytest.raises(ConfigError, match="public key"):
        Signer([PUBLIC]).headers(VECTOR_ID, VECTOR_AT, VECTOR_BODY)
    headers = Signer([PRIVATE]).headers(VECTOR_ID, VECTOR_AT, VECTOR_BODY)
    as_v1 = headers | {"webhook-signature": headers["webhook-signature"].replace("v1a,", "v1,")}
    assert Signer([PUBLIC]).fault(as_v1, VECTOR_BODY, VECTOR_AT, timedelta(minutes=5))
