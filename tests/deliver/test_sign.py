"""Signatures against the published vectors of Standard Webhooks, and against its own library as a receiver."""

import base64
from datetime import UTC, datetime, timedelta, timezone

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from rasid.deliver.sign import Signer
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
