-- What wrk sends: wrk -s requests.lua URL -- KIND KEY TYPE FIRST LAST [MCP-SESSION]
local kind, key, type_id, first, last, session
local body = string.rep("Structured content for people and agents. ", 34)

-- When each change was answered: lines of item, version and seconds.
local function note_answers(path)
	local ffi = require("ffi")
	ffi.cdef("struct timespec { long seconds, nanoseconds; }; int clock_gettime(int clock, struct timespec *now);")
	local now, file = ffi.new("struct timespec"), io.open(path, "w")
	function response(status, _, body)
		ffi.C.clock_gettime(0, now)
		if status == 200 then
			file:write(string.format("%s %s %d.%09d\n", body:match('"id":(%d+)'), body:match('"version":(%d+)'), tonumber(now.seconds), tonumber(now.nanoseconds)))
			file:flush()
		end
	end
end

function init(args)
	kind, key, type_id, first, last, session = args[1], args[2], args[3], tonumber(args[4]), tonumber(args[5]), args[6]
	math.randomseed(os.time() + tonumber(tostring({}):sub(10), 16) % 100000)
	wrk.headers["x-api-key"] = key
	wrk.headers["content-type"] = "application/json"
	local answers = os.getenv("BENCH_ANSWERS") or ""
	if answers ~= "" then
		note_answers(answers)
	end
end

local function data()
	return string.format('{"title":"bench %d","body":"%s"}', math.random(1000000), body)
end

local function item()
	return "/api/content-items/" .. math.random(first, last)
end

-- tools/call of the item read; meta: members of params of the stateless generation.
local function tool_call(headers, meta)
	headers["x-api-key"], headers["content-type"], headers["accept"] = key, "application/json", "application/json, text/event-stream"
	return wrk.format("POST", "/mcp", headers, string.format('{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"get_content_item",' ..
		'"arguments":{"id":%d}%s}}', math.random(1000000), math.random(first, last), meta))
end

local kinds = {
	read = function() return wrk.format("GET", item()) end,
	list = function()
		return wrk.format("GET", "/api/content-items?contentTypeId=" .. type_id .. "&status=published&sortBy=updatedAt&sortDir=desc&limit=20")
	end,
	create = function()
		return wrk.format("POST", "/api/content-items", nil, string.format('{"contentTypeId":%s,"data":%s}', type_id, data()))
	end,
	update = function() return wrk.format("PUT", item(), nil, string.format('{"data":%s}', data())) end,
	graphql = function() -- what the REST read answers
		return wrk.format("POST", "/graphql", nil, '{"query":"query Item($id: ID!) { contentItem(id: $id) { id contentTypeId data status version createdAt updatedAt ' ..
			'publicationState workingCopyVersion publishedVersion } }","variables":{"id":' .. math.random(first, last) .. '}}')
	end,
	mcp = function()
		return tool_call({ ["mcp-protocol-version"] = "2026-07-28", ["mcp-method"] = "tools/call", ["mcp-name"] = "get_content_item" },
			',"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},' ..
			'"io.modelcontextprotocol/clientInfo":{"name":"bench","version":"1"}}')
	end,
	mcp_session = function()
		return tool_call({ ["mcp-protocol-version"] = "2025-11-25", ["mcp-session-id"] = session }, "")
	end,
	ping = function() return wrk.format("GET", "/health") end,
	static = function() return wrk.format("GET", "/static") end,
}

function request()
	return kinds[kind]()
end

function done(summary, latency)
	local e = summary.errors
	io.write(string.format("FIGURES %d %d %d %d %d\n", summary.requests, summary.duration, latency:percentile(50),
		latency:percentile(99), e.connect + e.read + e.write + e.timeout + e.status))
end
