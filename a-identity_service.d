identity_service.o: proto/generated/identity_service.c \
 common/service/request.h common/base/arena.h common/base/buf.h \
 common/base/arena.h common/io/db/db.h common/base/error.h \
 common/base/contract/shape.h common/base/contract/envelope.h \
 proto/generated/error_codes.h common/base/contract/operation.h \
 common/service/service.h common/io/config.h common/service/request.h \
 proto/generated/identity_proto.h proto/generated/common_proto.h
common/service/request.h:
common/base/arena.h:
common/base/buf.h:
common/base/arena.h:
common/io/db/db.h:
common/base/error.h:
common/base/contract/shape.h:
common/base/contract/envelope.h:
proto/generated/error_codes.h:
common/base/contract/operation.h:
common/service/service.h:
common/io/config.h:
common/service/request.h:
proto/generated/identity_proto.h:
proto/generated/common_proto.h:
