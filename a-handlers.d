handlers.o: services/identity/keys/handlers.c \
 common/base/contract/policy.h common/base/contract/envelope.h \
 common/base/buf.h common/base/arena.h common/base/error.h \
 common/base/contract/shape.h common/base/arena.h \
 services/identity/keys/keys.h services/identity/keys/rights.h \
 services/identity/store.h services/identity/identity.h \
 proto/generated/identity_proto.h proto/generated/common_proto.h \
 common/base/contract/operation.h common/service/service.h \
 common/io/config.h common/service/request.h common/io/db/db.h \
 proto/generated/error_codes.h services/identity/rules.h \
 common/io/secret.h
common/base/contract/policy.h:
common/base/contract/envelope.h:
common/base/buf.h:
common/base/arena.h:
common/base/error.h:
common/base/contract/shape.h:
common/base/arena.h:
services/identity/keys/keys.h:
services/identity/keys/rights.h:
services/identity/store.h:
services/identity/identity.h:
proto/generated/identity_proto.h:
proto/generated/common_proto.h:
common/base/contract/operation.h:
common/service/service.h:
common/io/config.h:
common/service/request.h:
common/io/db/db.h:
proto/generated/error_codes.h:
services/identity/rules.h:
common/io/secret.h:
