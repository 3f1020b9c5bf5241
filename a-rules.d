rules.o: services/identity/rules.c services/identity/rules.h \
 common/base/arena.h common/base/contract/shape.h common/base/id.h \
 common/base/arena.h
services/identity/rules.h:
common/base/arena.h:
common/base/contract/shape.h:
common/base/id.h:
common/base/arena.h:
