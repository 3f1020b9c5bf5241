oauth.o: gateway/oauth/oauth.c gateway/access/access.h \
 gateway/http/exchange.h common/base/buf.h common/base/arena.h \
 gateway/access/credentials.h common/base/contract/envelope.h \
 common/base/error.h common/base/contract/shape.h common/base/arena.h \
 proto/generated/error_codes.h common/io/secret.h gateway/gateway.h \
 gateway/http/head.h gateway/rest/route.h common/base/uri.h \
 common/base/contract/operation.h gateway/dispatch/dispatch.h \
 proto/generated/identity_proto.h proto/generated/common_proto.h \
 common/base/json/json.h gateway/mcp/protocol/jsonrpc.h \
 gateway/pages/page.h gateway/rest/answer.h
gateway/access/access.h:
gateway/http/exchange.h:
common/base/buf.h:
common/base/arena.h:
gateway/access/credentials.h:
common/base/contract/envelope.h:
common/base/error.h:
common/base/contract/shape.h:
common/base/arena.h:
proto/generated/error_codes.h:
common/io/secret.h:
gateway/gateway.h:
gateway/http/head.h:
gateway/rest/route.h:
common/base/uri.h:
common/base/contract/operation.h:
gateway/dispatch/dispatch.h:
proto/generated/identity_proto.h:
proto/generated/common_proto.h:
common/base/json/json.h:
gateway/mcp/protocol/jsonrpc.h:
gateway/pages/page.h:
gateway/rest/answer.h:
