/* The second factor: enrolled with the password, confirmed with a code, asked for at sign-in, gone with the password or by the platform. */
#include "factor/factor.h"

#include <inttypes.h>
#include <string.h>

#include "factor/totp.h"
#include "id.h"
#include "rules.h"
#include "secret.h"

/* ---- codes ---- */

static const struct error *
wrong_code(struct request *req)
{
	return FAIL_AT(req, SUPERVISOR_CODE_WRONG, "/code", "the code is wrong or was used already");
}

static bool
is_totp(const char *code)
{
	return strlen(code) == TOTP_CODE_BYTES - 1 && strspn(code, "0123456789") == TOTP_CODE_BYTES - 1;
}

static const struct error *
check_totp(struct request *req, const struct supervisor_row *person, const char *code)
{
	const char *text = request_open(req, person->totp_secret);
	void *secret;
	size_t n_secret;
	int64_t step;

	if (!text || !base64url_decode(req->arena, text, &secret, &n_secret))
		return FAIL(req, INTERNAL_SERVER_ERROR, "the second factor of supervisor %" PRId64 " was sealed with another key", person->id);
	if (!totp_fits(secret, n_secret, code, req->now_us, person->totp_last_step, &step))
		return wrong_code(req);
	store_factor_used(req, person->id, step);
	return NULL;
}

static const struct error *
check_recovery(struct request *req, const struct supervisor_row *person, const char *code)
{
	const char *plain = recovery_plain(req->arena, code);
	char *hash = arena_alloc(req->arena, SHA256_HEX_BYTES);
	int64_t n_used = 0;

	sha256_hex(hash, plain, strlen(plain));
	const struct error *error = store_recovery_use(req, person->id, hash, &n_used);
	if (error)
		return error;
	return n_used == 1 ? NULL : wrong_code(req);
}

const struct error *
factor_check(struct request *req, const struct supervisor_row *person, const char *code)
{
	if (!person->totp_confirmed_at)
		return NULL;
	if (!code || !*code)
		return FAIL_AT(req, SUPERVISOR_CODE_REQUIRED, "/code", "the account has a second factor");
	return is_totp(code) ? check_totp(req, person, code) : check_recovery(req, person, code);
}

/* ---- one's own ---- */

/* The password first, between two transactions: a session that was left open changes nothing. */
struct proof {
	const char *password;
	int64_t n_attempts;
	const struct supervisor_row *person;
};

static const struct error *
begin_proof(struct request *req, void *context)
{
	struct proof *proof = context;
	const struct error *error = people_actor_row(req, &proof->person);
	if (error)
		return error;
	return store_login_attempt(req, people_login_subject(req, proof->person->email), req->now_us - ATTEMPTS_WINDOW_US, &proof->n_attempts);
}

static const struct error *
prove(struct request *req, struct proof *proof)
{
	bool is_right = false;
	const struct error *error = request_transaction(req, begin_proof, proof);
	if (error)
		return error;
	if (proof->n_attempts > identity_settings.login_attempts_max)
		return FAIL(req, SUPERVISOR_LOGIN_THROTTLED, "more than %" PRId64 " attempts in fifteen minutes", identity_settings.login_attempts_max);
	error = password_matches(req, proof->person->password_hash, proof->password, &is_right);
	if (!error && !is_right)
		error = FAIL_AT(req, SUPERVISOR_PASSWORD_MISMATCH, "/currentPassword", "currentPassword is not the password");
	return error;
}

static const struct error *
tell(struct request *req, const struct supervisor_row *person, const char *change)
{
	const struct error *error = people_act_at_home(req, person->domain_id);
	if (!error)
		emit_supervisor_second_factor(req, person->id, 0, &(struct supervisor_second_factor_event){ .email = person->email, .change = change });
	return error;
}

struct enrolment {
	struct proof proof;
	const char *sealed;
};

static const struct error *
keep_secret(struct request *req, void *context)
{
	const struct enrolment *enrolment = context;
	const struct supervisor_row *person;
	const struct error *error;

	error = people_lock_proved(req, enrolment->proof.person, &person);
	if (error)
		return error;
	if (person->totp_confirmed_at)
		return FAIL(req, SECOND_FACTOR_EXISTS, "a second factor is asked for already");
	store_login_succeeded(req, people_login_subject(req, person->email));
	store_factor_set(req, person->id, enrolment->sealed);
	return tell(req, person, "enrolled");
}

const struct error *
identity_factor_enrol(struct request *req, const struct identity_factor_enrol_request *in, struct identity_factor_enrol_response *out)
{
	struct enrolment enrolment = { .proof = { .password = in->current_password } };
	unsigned char secret[TOTP_SECRET_BYTES];
	const struct error *error = prove(req, &enrolment.proof);
	if (error)
		return error;
	secret_random(secret, sizeof(secret));
	enrolment.sealed = request_seal(req, base64url_encode(req->arena, secret, sizeof(secret)));
	error = request_transaction(req, keep_secret, &enrolment);
	if (error)
		return error;
	out->secret = totp_base32(req->arena, secret, sizeof(secret));
	out->otpauth_uri = totp_uri(req->arena, enrolment.proof.person->email, out->secret);
	return NULL;
}

static struct shape_list
make_recovery_codes(struct request *req, int64_t supervisor_id)
{
	const char **codes = ARENA_ARRAY(req->arena, const char *, RECOVERY_CODES_N);

	store_recovery_clear(req, supervisor_id);
	for (int i = 0; i < RECOVERY_CODES_N; i++) {
		unsigned char random[RECOVERY_RANDOM_BYTES];
		char *hash = arena_alloc(req->arena, SHA256_HEX_BYTES);
		secret_random(random, sizeof(random));
		codes[i] = recovery_code(req->arena, random);
		const char *plain = recovery_plain(req->arena, codes[i]);
		sha256_hex(hash, plain, strlen(plain));
		store_recovery_add(req, supervisor_id, hash);
	}
	return (struct shape_list){ codes, RECOVERY_CODES_N };
}

const struct error *
identity_factor_confirm(struct request *req, const struct identity_factor_confirm_request *in, struct identity_factor_confirm_response *out)
{
	const struct supervisor_row *actor, *person;
	int64_t n_attempts = 0;
	const struct error *error = people_actor_row(req, &actor);
	if (!error)
		error = store_login_attempt(req, people_login_subject(req, actor->email), req->now_us - ATTEMPTS_WINDOW_US, &n_attempts);
	if (!error)
		error = store_supervisor_lock(req, actor->id, &person);
	if (error)
		return error;
	req->keeps_refusal = true; /* a wrong code counts */
	if (n_attempts > identity_settings.login_attempts_max)
		return FAIL(req, SUPERVISOR_LOGIN_THROTTLED, "more than %" PRId64 " attempts in fifteen minutes", identity_settings.login_attempts_max);
	if (!person || !person->totp_secret || person->totp_confirmed_at)
		return FAIL(req, SECOND_FACTOR_NOT_ENROLLED, "no second factor waits for its first code");
	error = is_totp(in->code) ? check_totp(req, person, in->code) : wrong_code(req);
	if (error)
		return error;
	store_factor_confirm(req, person->id);
	store_login_succeeded(req, people_login_subject(req, person->email));
	out->recovery_codes = make_recovery_codes(req, person->id);
	return tell(req, person, "confirmed");
}

static const struct error *
drop_factor(struct request *req, void *context)
{
	const struct proof *proof = context;
	const struct supervisor_row *person;
	const struct error *error = people_lock_proved(req, proof->person, &person);
	if (error)
		return error;
	store_login_succeeded(req, people_login_subject(req, person->email));
	store_factor_set(req, person->id, NULL);
	store_recovery_clear(req, person->id);
	return tell(req, person, "disabled");
}

const struct error *
identity_factor_disable(struct request *req, const struct identity_factor_disable_request *in, struct confirmation *out)
{
	struct proof proof = { .password = in->current_password };
	const struct error *error = prove(req, &proof);
	if (!error)
		error = request_transaction(req, drop_factor, &proof);
	if (error)
		return error;
	out->id = proof.person->id;
	out->message = "the second factor is not asked for any more";
	return NULL;
}

/* ---- the platform's help ---- */

const struct error *
identity_factor_reset(struct request *req, const struct identity_factor_reset_request *in, struct confirmation *out)
{
	const struct supervisor_row *person;
	const struct error *error = store_supervisor_lock(req, in->id, &person);
	if (error)
		return error;
	if (!person)
		return FAIL(req, SUPERVISOR_NOT_FOUND, "no supervisor %" PRId64, in->id);
	store_factor_set(req, person->id, NULL);
	store_recovery_clear(req, person->id);
	out->id = person->id;
	out->message = arena_printf(req->arena, "the second factor of supervisor %" PRId64 " is not asked for any more", person->id);
	return tell(req, person, "reset");
}
