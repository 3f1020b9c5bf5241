/* Signatures of JSON Web Tokens through OpenSSL's libcrypto. */
#include "jws.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <string.h>

/* NULL when the parameters make no key.  Takes build. */
static EVP_PKEY *
key_of(const char *type, OSSL_PARAM_BLD *build)
{
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *key = NULL;

	if (params && context && EVP_PKEY_fromdata_init(context) == 1 && EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(context);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	return key;
}

/* Takes key, which may be NULL. */
static bool
check(EVP_PKEY *key, struct jws_bytes message, const unsigned char *signature, size_t n_signature)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool is_good = key && context && EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
	    EVP_DigestVerify(context, signature, n_signature, message.bytes, message.n) == 1;

	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	return is_good;
}

bool
jws_check_rs256(struct jws_bytes modulus, struct jws_bytes exponent, struct jws_bytes message, struct jws_bytes signature)
{
	if (modulus.n < RSA_MODULUS_BYTES_MIN || modulus.n > RSA_MODULUS_BYTES_MAX || exponent.n == 0 || exponent.n > 8)
		return false;
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	BIGNUM *n = BN_bin2bn(modulus.bytes, (int)modulus.n, NULL), *e = BN_bin2bn(exponent.bytes, (int)exponent.n, NULL);
	bool is_built = build && n && e && OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) == 1 && OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) == 1;
	EVP_PKEY *key = is_built ? key_of("RSA", build) : NULL;

	if (!is_built)
		OSSL_PARAM_BLD_free(build);
	BN_free(n);
	BN_free(e);
	return check(key, message, signature.bytes, signature.n);
}

/* r and s as libcrypto takes them.  Length 0: they are none.  The text is OPENSSL_free's. */
static int
as_der(const unsigned char *raw, unsigned char **ret_der)
{
	ECDSA_SIG *both = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(raw, P256_BYTES, NULL), *s = BN_bin2bn(raw + P256_BYTES, P256_BYTES, NULL);
	int n = 0;

	*ret_der = NULL;
	if (both && r && s && ECDSA_SIG_set0(both, r, s) == 1)
		n = i2d_ECDSA_SIG(both, ret_der);
	else {
		BN_free(r);
		BN_free(s);
	}
	ECDSA_SIG_free(both);
	return n;
}

bool
jws_check_es256(struct jws_bytes x, struct jws_bytes y, struct jws_bytes message, struct jws_bytes signature)
{
	unsigned char point[1 + 2 * P256_BYTES] = { 4 }; /* uncompressed */
	unsigned char *der;

	if (x.n != P256_BYTES || y.n != P256_BYTES || signature.n != 2 * P256_BYTES)
		return false;
	memcpy(point + 1, x.bytes, P256_BYTES);
	memcpy(point + 1 + P256_BYTES, y.bytes, P256_BYTES);
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	bool is_built = build && OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) == 1 &&
	    OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point)) == 1;
	EVP_PKEY *key = is_built ? key_of("EC", build) : NULL;
	if (!is_built)
		OSSL_PARAM_BLD_free(build);
	int n_der = as_der(signature.bytes, &der);
	bool is_good = n_der > 0 && check(key, message, der, (size_t)n_der);
	if (n_der <= 0)
		EVP_PKEY_free(key);
	OPENSSL_free(der);
	return is_good;
}
