requests.o: services/identity/oauth/requests.c \
 services/identity/oauth/requests.h common/base/arena.h \
 common/base/contract/shape.h common/base/buf.h common/base/arena.h \
 common/base/id.h services/identity/keys/rights.h \
 common/base/contract/envelope.h common/base/error.h common/io/secret.h \
 common/base/uri.h
services/identity/oauth/requests.h:
common/base/arena.h:
common/base/contract/shape.h:
common/base/buf.h:
common/base/arena.h:
common/base/id.h:
services/identity/keys/rights.h:
common/base/contract/envelope.h:
common/base/error.h:
common/io/secret.h:
common/base/uri.h:
