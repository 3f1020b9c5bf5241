-- What wrk sends: wrk -s requests.lua URL -- KIND KEY TYPE FIRST LAST
local kind, key, type_id, first, last
local body = string.rep("Structured content for people and agents. ", 34)

function init(args)
	kind, key, type_id, first, last = args[1], args[2], args[3], tonumber(args[4]), tonumber(args[5])
	math.randomseed(os.time() + tonumber(tostring({}):sub(10), 16) % 100000)
	wrk.headers["x-api-key"] = key
	wrk.headers["content-type"] = "application/json"
end

local function data()
	return string.format('{"title":"bench %d","body":"%s"}', math.random(1000000), body)
end

local function item()
	return "/api/content-items/" .. math.random(first, last)
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
