/* What MCP's conformance suite expects of a server under test. */
#ifndef CONFORMANCE_H
#define CONFORMANCE_H

#include "buf.h"
#include "conformance_proto.h"
#include "service.h"

#endif
