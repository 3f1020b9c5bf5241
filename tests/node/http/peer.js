// Another reader of HTTP/1.1: Node's llhttp, as strict as it comes.  Answers each request once it has its whole body, with its x-request-id.
'use strict'
const http = require('node:http')

const server = http.createServer({ insecureHTTPParser: false, maxHeaderSize: 16384, requireHostHeader: true }, (request, response) => {
  request.resume()
  request.on('end', () => {
    response.setHeader('content-length', '0')
    response.setHeader('x-request-id', request.headers['x-request-id'] ?? '')
    response.end()
  })
})
server.keepAliveTimeout = 5000
server.on('clientError', (error, socket) => {
  socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
