identity_queries.o: proto/generated/identity_queries.c \
 proto/generated/identity_queries.h common/io/db/db.h common/base/arena.h \
 common/base/error.h common/base/arena.h common/base/contract/shape.h \
 proto/generated/identity_proto.h proto/generated/common_proto.h \
 common/base/contract/operation.h
proto/generated/identity_queries.h:
common/io/db/db.h:
common/base/arena.h:
common/base/error.h:
common/base/arena.h:
common/base/contract/shape.h:
proto/generated/identity_proto.h:
proto/generated/common_proto.h:
common/base/contract/operation.h:
