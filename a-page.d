page.o: gateway/mcp/page.c gateway/rest/answer.h common/base/error.h \
 common/base/arena.h proto/generated/error_codes.h \
 gateway/http/exchange.h common/base/buf.h gateway/access/credentials.h \
 common/base/contract/envelope.h common/base/contract/shape.h \
 common/base/arena.h common/io/secret.h gateway/gateway.h \
 gateway/http/head.h gateway/rest/route.h common/base/uri.h \
 gateway/mcp/client/client_requests.h gateway/mcp/mcp.h \
 gateway/dispatch/invoke.h gateway/dispatch/dispatch.h \
 common/base/contract/operation.h common/base/json/json.h \
 gateway/mcp/protocol/jsonrpc.h proto/generated/mcp_catalogue.h \
 gateway/mcp/protocol/session.h gateway/http/header.h \
 gateway/pages/page.h gateway/mcp/protocol/sealed.h gateway/settings.h \
 gateway/mcp/client/subscriptions.h
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
gateway/mcp/client/client_requests.h:
gateway/mcp/mcp.h:
gateway/dispatch/invoke.h:
gateway/dispatch/dispatch.h:
common/base/contract/operation.h:
common/base/json/json.h:
gateway/mcp/protocol/jsonrpc.h:
proto/generated/mcp_catalogue.h:
gateway/mcp/protocol/session.h:
gateway/http/header.h:
gateway/pages/page.h:
gateway/mcp/protocol/sealed.h:
gateway/settings.h:
gateway/mcp/client/subscriptions.h:
