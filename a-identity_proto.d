identity_proto.o: proto/generated/identity_proto.c \
 proto/generated/error_codes.h common/base/error.h common/base/arena.h \
 proto/generated/identity_proto.h proto/generated/common_proto.h \
 common/base/contract/operation.h common/base/contract/shape.h \
 common/base/arena.h
proto/generated/error_codes.h:
common/base/error.h:
common/base/arena.h:
proto/generated/identity_proto.h:
proto/generated/common_proto.h:
common/base/contract/operation.h:
common/base/contract/shape.h:
common/base/arena.h:
