/* secret against published test vectors and against tampering. */
#include "key_ring.h"
#include "secret.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char directory[64];
static char key_path[80];

static void
setup(void)
{
	secret_init();
	(void)snprintf(directory, sizeof(directory), "/tmp/test_secret.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	(void)snprintf(key_path, sizeof(key_path), "%s/key", directory);
}

static void
teardown(void)
{
	(void)unlink(key_path); /* not every test makes it */
	ck_assert_int_eq(rmdir(directory), 0); /* so nothing else was left behind */
}

static void
to_hex(char *text, const unsigned char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		(void)sprintf(text + 2 * i, "%02x", bytes[i]);
}

/* FIPS 180-2, appendix B. */
START_TEST(sha256_matches_its_published_vectors)
{
	char text[SHA256_HEX_BYTES];

	sha256_hex(text, "", 0);
	ck_assert_str_eq(text, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	sha256_hex(text, "abc", 3);
	ck_assert_str_eq(text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}
END_TEST

/* RFC 4231, cases 2 and 6 (a key longer than a block). */
START_TEST(hmac_matches_its_published_vectors)
{
	unsigned char digest[SHA256_BYTES];
	unsigned char long_key[131];
	char text[SHA256_HEX_BYTES] = "";

	hmac_sha256(digest, "Jefe", 4, "what do ya want for nothing?", 28);
	to_hex(text, digest, sizeof(digest));
	ck_assert_str_eq(text, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	memset(long_key, 0xaa, sizeof(long_key));
	hmac_sha256(digest, long_key, sizeof(long_key), "Test Using Larger Than Block-Size Key - Hash Key First", 54);
	to_hex(text, digest, sizeof(digest));
	ck_assert_str_eq(text, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}
END_TEST

START_TEST(chain_hash_depends_on_both_of_its_parts)
{
	unsigned char zero[CHAIN_HASH_BYTES] = { 0 };
	unsigned char a[CHAIN_HASH_BYTES], b[CHAIN_HASH_BYTES], c[CHAIN_HASH_BYTES];

	chain_hash(a, zero, "row", 3);
	chain_hash(b, a, "row", 3);
	chain_hash(c, zero, "rov", 3);
	ck_assert_mem_ne(a, b, sizeof(a));
	ck_assert_mem_ne(a, c, sizeof(a));
	chain_hash(b, zero, "row", 3);
	ck_assert_mem_eq(a, b, sizeof(a));
}
END_TEST

/* b2sum -l 256 of 32 zero bytes and "row". */
START_TEST(chain_hash_is_plain_blake2b_256)
{
	unsigned char zero[CHAIN_HASH_BYTES] = { 0 };
	unsigned char digest[CHAIN_HASH_BYTES];
	char text[2 * CHAIN_HASH_BYTES + 1] = "";

	chain_hash(digest, zero, "row", 3);
	to_hex(text, digest, sizeof(digest));
	ck_assert_str_eq(text, "cfae0a7a3ce4a39fdc7bcc21447b96589c6f1e37c0218a913d023a03d806710a");
}
END_TEST

START_TEST(random_bytes_differ)
{
	unsigned char a[32], b[32];

	secret_random(a, sizeof(a));
	secret_random(b, sizeof(b));
	ck_assert(!secret_equal(a, b, sizeof(a)));
	ck_assert(secret_equal(a, a, sizeof(a)));
}
END_TEST

START_TEST(wiped_secret_is_zero)
{
	struct secret secret = { .n = 3, .bytes = "abc" };
	static const struct secret zero;

	secret_wipe(&secret);
	ck_assert_mem_eq(&secret, &zero, sizeof(zero));
}
END_TEST

START_TEST(signer_is_made_once_private_and_kept)
{
	struct secret key, again;
	unsigned char public_key[32], public_again[32];
	struct stat status;

	ck_assert(signer_load(key_path, &key, public_key));
	ck_assert_int_eq(stat(key_path, &status), 0);
	ck_assert_int_eq(status.st_mode & 0777, 0600);
	ck_assert(signer_load(key_path, &again, public_again));
	ck_assert_mem_eq(public_key, public_again, 32);
	ck_assert_mem_eq(key.bytes, again.bytes, key.n);
}
END_TEST

START_TEST(damaged_signer_is_refused)
{
	struct secret key;
	unsigned char public_key[32];
	int fd = open(key_path, O_CREAT | O_WRONLY, 0600);

	ck_assert_int_eq(write(fd, "not a key", 9), 9);
	close(fd);
	ck_assert(!signer_load(key_path, &key, public_key));
	ck_assert(!signer_load("/nonexistent/key", &key, public_key));
}
END_TEST

START_TEST(signature_holds_for_its_message_and_key_only)
{
	struct secret key;
	unsigned char public_key[32];
	unsigned char signature[SIGNATURE_BYTES];

	ck_assert(signer_load(key_path, &key, public_key));
	signer_sign(signature, &key, "checkpoint", 10);
	ck_assert(signature_check(signature, public_key, "checkpoint", 10));
	ck_assert(!signature_check(signature, public_key, "checkpoinT", 10));
	public_key[0] ^= 1;
	ck_assert(!signature_check(signature, public_key, "checkpoint", 10));
	public_key[0] ^= 1;
	signature[5] ^= 1;
	ck_assert(!signature_check(signature, public_key, "checkpoint", 10));
}
END_TEST

START_TEST(password_is_recognised_by_its_hash)
{
	char text[128];

	ck_assert(password_hash(text, "correct horse"));
	ck_assert_msg(strncmp(text, "$argon2id$", 10) == 0, "%s", text);
	ck_assert(password_check(text, "correct horse"));
	ck_assert(!password_check(text, "correct horsf"));
	ck_assert(!password_check("garbage", "correct horse"));
	ck_assert(!password_check("", ""));
}
END_TEST

/* ---- keys in rings ---- */

static void
write_keys(const unsigned char *bytes, size_t n)
{
	char draft[96];

	(void)snprintf(draft, sizeof(draft), "%s.new", key_path);
	int fd = open(draft, O_WRONLY | O_CREAT | O_EXCL, 0600);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, bytes, n), (ssize_t)n);
	ck_assert_int_eq(close(fd), 0);
	ck_assert_int_eq(rename(draft, key_path), 0);
}

static void
fill(unsigned char *keys, size_t n)
{
	for (size_t i = 0; i < n; i++)
		memset(keys + i * SEAL_KEY_BYTES, (int)('a' + i), SEAL_KEY_BYTES);
}

START_TEST(first_key_seals_and_all_open)
{
	unsigned char keys[2 * SEAL_KEY_BYTES], sealed[8 + SEAL_OVERHEAD_BYTES], plain[8];
	struct secret old, both, next = { .n = SEAL_KEY_BYTES };

	fill(keys, 2);
	write_keys(keys, SEAL_KEY_BYTES);
	ck_assert(secret_load_keys(key_path, &old));
	secret_seal(sealed, &old, "old text", 8);
	memset(keys, 'z', SEAL_KEY_BYTES); /* a new one in front of a */
	memset(keys + SEAL_KEY_BYTES, 'a', SEAL_KEY_BYTES);
	write_keys(keys, sizeof(keys));
	ck_assert(secret_load_keys(key_path, &both));
	ck_assert(secret_open(plain, &both, sealed, sizeof(sealed)));
	secret_seal(sealed, &both, "new text", 8);
	ck_assert(!secret_open(plain, &old, sealed, sizeof(sealed)));
	memset(next.bytes, 'z', SEAL_KEY_BYTES);
	ck_assert(secret_open(plain, &next, sealed, sizeof(sealed)));
	ck_assert_mem_eq(plain, "new text", 8);
}
END_TEST

START_TEST(ring_of_another_size_is_refused)
{
	unsigned char keys[5 * SEAL_KEY_BYTES];
	struct secret loaded;

	fill(keys, 5);
	for (size_t n = 1; n <= sizeof(keys); n++) {
		write_keys(keys, n);
		ck_assert_int_eq(secret_load_keys(key_path, &loaded), n % SEAL_KEY_BYTES == 0 && n <= KEY_RING_MAX * SEAL_KEY_BYTES);
	}
}
END_TEST

START_TEST(ring_is_read_again_when_something_does_not_open)
{
	unsigned char keys[2 * SEAL_KEY_BYTES], sealed[4 + SEAL_OVERHEAD_BYTES], plain[4], derived[2][SHA256_BYTES];
	struct secret other = { .n = SEAL_KEY_BYTES };

	fill(keys, 2);
	write_keys(keys, SEAL_KEY_BYTES);
	struct key_ring *ring = key_ring_load(key_path);
	ck_assert_ptr_nonnull(ring);
	key_ring_seal(ring, sealed, "mine", 4);
	ck_assert(key_ring_open(ring, plain, sealed, sizeof(sealed)));
	ck_assert(!key_ring_derive(ring, 1, "purpose", derived[1]));
	/* Another process rotates, and seals with a key that this one has not seen. */
	memset(other.bytes, 'b', SEAL_KEY_BYTES);
	write_keys(keys, sizeof(keys));
	secret_seal(sealed, &other, "his.", 4);
	ck_assert(key_ring_open(ring, plain, sealed, sizeof(sealed)));
	ck_assert_mem_eq(plain, "his.", 4);
	ck_assert(key_ring_derive(ring, 0, "purpose", derived[0]));
	ck_assert(key_ring_derive(ring, 1, "purpose", derived[1]));
	ck_assert_mem_ne(derived[0], derived[1], SHA256_BYTES);
	sealed[0] ^= 1;
	ck_assert(!key_ring_open(ring, plain, sealed, sizeof(sealed)));
	key_ring_free(ring);
}
END_TEST

START_TEST(ring_survives_a_file_that_is_gone)
{
	unsigned char sealed[4 + SEAL_OVERHEAD_BYTES], plain[4];
	struct key_ring *ring = key_ring_load(key_path); /* made */

	ck_assert_ptr_nonnull(ring);
	key_ring_seal(ring, sealed, "kept", 4);
	ck_assert_int_eq(unlink(key_path), 0);
	ck_assert(key_ring_open(ring, plain, sealed, sizeof(sealed)));
	ck_assert_ptr_null(key_ring_load("/nonexistent/key"));
	key_ring_free(ring);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("secret");
	TCase *tcase = tcase_create("secret");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, sha256_matches_its_published_vectors);
	tcase_add_test(tcase, hmac_matches_its_published_vectors);
	tcase_add_test(tcase, chain_hash_depends_on_both_of_its_parts);
	tcase_add_test(tcase, chain_hash_is_plain_blake2b_256);
	tcase_add_test(tcase, random_bytes_differ);
	tcase_add_test(tcase, wiped_secret_is_zero);
	tcase_add_test(tcase, signer_is_made_once_private_and_kept);
	tcase_add_test(tcase, damaged_signer_is_refused);
	tcase_add_test(tcase, signature_holds_for_its_message_and_key_only);
	tcase_add_test(tcase, password_is_recognised_by_its_hash);
	tcase_add_test(tcase, first_key_seals_and_all_open);
	tcase_add_test(tcase, ring_of_another_size_is_refused);
	tcase_add_test(tcase, ring_is_read_again_when_something_does_not_open);
	tcase_add_test(tcase, ring_survives_a_file_that_is_gone);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed == 0 ? 0 : 1;
}
