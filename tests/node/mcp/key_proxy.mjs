// Adds an API key to every request, for clients that cannot: key_proxy.mjs TARGET_PORT KEY.  Prints its own port.
// Host, Origin and everything else pass as they come; answers stream through, and either side's end ends the other.
import http from 'node:http';

const [targetPort, key] = process.argv.slice(2);
const SOCKETS_MAX = 256;
const agent = new http.Agent({ keepAlive: true, maxSockets: SOCKETS_MAX });

const server = http.createServer((request, response) => {
  const headers = [...request.rawHeaders, 'Authorization', `Bearer ${key}`];
  const options = { host: '127.0.0.1', port: targetPort, method: request.method, path: request.url, headers, agent };
  const upstream = http.request(options, (answer) => {
    response.writeHead(answer.statusCode, answer.statusMessage, answer.rawHeaders);
    response.flushHeaders();
    answer.pipe(response);
    answer.on('error', () => response.destroy());
  });
  upstream.on('error', (error) => {
    if (response.headersSent) return response.destroy();
    response.writeHead(502, { 'content-type': 'text/plain' });
    return response.end(`${error.message}\n`);
  });
  response.on('close', () => upstream.destroy());
  request.pipe(upstream);
});

server.listen(0, '127.0.0.1', () => console.log(server.address().port));
