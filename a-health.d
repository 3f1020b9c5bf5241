health.o: gateway/pages/health.c gateway/rest/answer.h \
 common/base/error.h common/base/arena.h proto/generated/error_codes.h \
 gateway/http/exchange.h common/base/buf.h gateway/access/credentials.h \
 common/base/contract/envelope.h common/base/contract/shape.h \
 common/base/arena.h common/io/secret.h gateway/gateway.h \
 gateway/http/head.h gateway/rest/route.h common/base/uri.h \
 common/io/clock.h proto/generated/common_proto.h \
 common/base/contract/operation.h gateway/dispatch/dispatch.h \
 gateway/pages/page.h gateway/settings.h gateway/dispatch/upstream.h \
 common/io/bus/bus.h
gateway/rest/answer.h:
common/base/error.h:
common/base/arena.h:
proto/generated/error_codes.h:
gateway/http/exchange.h:
common/base/buf.h:
gateway/access/credentials.h:
common/base/contract/envelope.h:
common/base/contract/shape.h:
common/base/arena.h:
common/io/secret.h:
gateway/gateway.h:
gateway/http/head.h:
gateway/rest/route.h:
common/base/uri.h:
common/io/clock.h:
proto/generated/common_proto.h:
common/base/contract/operation.h:
gateway/dispatch/dispatch.h:
gateway/pages/page.h:
gateway/settings.h:
gateway/dispatch/upstream.h:
common/io/bus/bus.h:
