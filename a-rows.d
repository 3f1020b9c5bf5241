rows.o: services/identity/oauth/rows.c services/identity/oauth/rows.h \
 services/identity/store.h services/identity/identity.h \
 proto/generated/identity_proto.h proto/generated/common_proto.h \
 common/base/contract/operation.h common/base/error.h common/base/arena.h \
 common/base/contract/shape.h common/base/arena.h \
 common/service/service.h common/io/config.h common/service/request.h \
 common/base/buf.h common/io/db/db.h common/base/contract/envelope.h \
 proto/generated/error_codes.h proto/generated/identity_queries.h
services/identity/oauth/rows.h:
services/identity/store.h:
services/identity/identity.h:
proto/generated/identity_proto.h:
proto/generated/common_proto.h:
common/base/contract/operation.h:
common/base/error.h:
common/base/arena.h:
common/base/contract/shape.h:
common/base/arena.h:
common/service/service.h:
common/io/config.h:
common/service/request.h:
common/base/buf.h:
common/io/db/db.h:
common/base/contract/envelope.h:
proto/generated/error_codes.h:
proto/generated/identity_queries.h:
