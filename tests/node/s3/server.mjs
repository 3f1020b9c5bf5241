// An S3 store in a directory (npm's s3rver) that holds every request's signature against another implementation's (npm's aws4), for s3rver
// looks at that of presigned URLs only.   server.mjs DIRECTORY BUCKET REGION
//
// PUT /-/failing {"n": 2, "status": 503} makes the next requests fail.
import http from "node:http";
import aws4 from "aws4";
import S3rver from "s3rver";

const [directory, bucket, region] = process.argv.slice(2);
const keys = { accessKeyId: "S3RVER", secretAccessKey: "S3RVER" };
const store = new S3rver({ directory, silent: true, configureBuckets: [{ name: bucket, configs: [] }] });
await store.configureBuckets();
const serve = store.callback();
let failing = { n: 0, status: 503 };

function expected(request) {
	const given = request.headers.authorization ?? "";
	const names = /SignedHeaders=([^,]+)/.exec(given)?.[1].split(";") ?? [];
	const headers = Object.fromEntries(names.map((name) => [name, request.headers[name]]));
	for (const needed of ["host", "x-amz-content-sha256", "x-amz-date"])
		if (!headers[needed]) return `${needed} is not signed`;
	if (request.method === "PUT" && !request.url.includes(`/${headers["x-amz-content-sha256"]}.`)) return "the body's hash is not its name's";
	headers["X-Amz-Date"] = headers["x-amz-date"];
	headers["X-Amz-Content-Sha256"] = headers["x-amz-content-sha256"];
	delete headers["x-amz-date"];
	delete headers["x-amz-content-sha256"];
	const signer = new aws4.RequestSigner({ service: "s3", region, host: request.headers.host, method: request.method, path: request.url, headers }, keys);
	return signer.sign().headers.Authorization;
}

function fail(response, status, code, message) {
	response.writeHead(status, { "content-type": "application/xml" });
	response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`);
}

const parts = (text) => text.replace(/\s/g, "");

http.createServer((request, response) => {
	if (request.url === "/-/failing") {
		let body = "";
		request.on("data", (piece) => (body += piece));
		request.on("end", () => {
			failing = JSON.parse(body);
			response.end();
		});
		return;
	}
	if (failing.n > 0) {
		failing.n--;
		request.resume();
		fail(response, failing.status, "SlowDown", "as asked");
		return;
	}
	const wanted = expected(request);
	if (parts(request.headers.authorization ?? "") !== parts(wanted)) {
		console.log(`refused ${request.method} ${request.url}: ${request.headers.authorization} is not ${wanted}`);
		request.resume();
		fail(response, 403, "SignatureDoesNotMatch", "the signature is another");
		return;
	}
	serve(request, response);
}).listen(0, "127.0.0.1", function () {
	console.log(`listening ${this.address().port}`);
});
