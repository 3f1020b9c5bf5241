totp.o: services/identity/factor/totp.c services/identity/factor/totp.h \
 common/base/arena.h common/io/hmac_sha1.h common/io/secret.h \
 common/base/uri.h common/base/arena.h
services/identity/factor/totp.h:
common/base/arena.h:
common/io/hmac_sha1.h:
common/io/secret.h:
common/base/uri.h:
common/base/arena.h:
