rights.o: services/identity/keys/rights.c services/identity/keys/rights.h \
 common/base/arena.h common/base/contract/envelope.h common/base/buf.h \
 common/base/arena.h common/base/error.h common/base/contract/shape.h
services/identity/keys/rights.h:
common/base/arena.h:
common/base/contract/envelope.h:
common/base/buf.h:
common/base/arena.h:
common/base/error.h:
common/base/contract/shape.h:
