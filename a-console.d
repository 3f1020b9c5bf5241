console.o: gateway/pages/console.c gateway/pages/console.h \
 gateway/http/header.h common/base/arena.h common/io/log.h \
 gateway/pages/page.h gateway/http/exchange.h common/base/buf.h \
 common/base/arena.h gateway/access/credentials.h \
 common/base/contract/envelope.h common/base/error.h \
 common/base/contract/shape.h proto/generated/error_codes.h \
 common/io/secret.h gateway/gateway.h gateway/http/head.h \
 gateway/rest/route.h common/base/uri.h common/base/contract/operation.h \
 gateway/rest/answer.h
gateway/pages/console.h:
gateway/http/header.h:
common/base/arena.h:
common/io/log.h:
gateway/pages/page.h:
gateway/http/exchange.h:
common/base/buf.h:
common/base/arena.h:
gateway/access/credentials.h:
common/base/contract/envelope.h:
common/base/error.h:
common/base/contract/shape.h:
proto/generated/error_codes.h:
common/io/secret.h:
gateway/gateway.h:
gateway/http/head.h:
gateway/rest/route.h:
common/base/uri.h:
common/base/contract/operation.h:
gateway/rest/answer.h:
