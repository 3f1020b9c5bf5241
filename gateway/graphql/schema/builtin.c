/* What every schema has.  Source: GraphQL specification, sections 3.5, 3.13 and 4. */
#include "graphql/schema/schema.h"

const char graphql_builtin_sdl[] =
    "\"32-bit integers.\" scalar Int "
    "\"Double precision numbers.\" scalar Float "
    "\"UTF-8 text.\" scalar String "
    "\"true or false.\" scalar Boolean "
    "\"An identifier: a string, also accepted as an integer.\" scalar ID "

    "\"Include a field or fragment only when `if` is true.\" directive @include(\"Included when true.\" if: Boolean!) "
    "on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT "
    "\"Leave a field or fragment out when `if` is true.\" directive @skip(\"Skipped when true.\" if: Boolean!) "
    "on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT "
    "\"Marks what should no longer be used.\" directive @deprecated("
    "\"Why, and what to use instead.\" reason: String = \"No longer supported\") "
    "on FIELD_DEFINITION | ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION | ENUM_VALUE "
    "\"Where a scalar is specified.\" directive @specifiedBy(\"The address of the specification.\" url: String!) on SCALAR "
    "\"Exactly one field of the input object must be given.\" directive @oneOf on INPUT_OBJECT "

    "\"What a service can be asked.\" type __Schema { "
    "description: String "
    "\"All types.\" types: [__Type!]! "
    "\"Where queries begin.\" queryType: __Type! "
    "\"Where mutations begin.\" mutationType: __Type "
    "\"Where subscriptions begin.\" subscriptionType: __Type "
    "\"All directives.\" directives: [__Directive!]! } "

    "\"A type; what it consists of depends on its kind.\" type __Type { "
    "kind: __TypeKind! name: String description: String specifiedByURL: String "
    "fields(includeDeprecated: Boolean = false): [__Field!] "
    "interfaces: [__Type!] possibleTypes: [__Type!] "
    "enumValues(includeDeprecated: Boolean = false): [__EnumValue!] "
    "inputFields(includeDeprecated: Boolean = false): [__InputValue!] "
    "ofType: __Type isOneOf: Boolean } "

    "\"The kinds of types.\" enum __TypeKind { SCALAR OBJECT INTERFACE UNION ENUM INPUT_OBJECT LIST NON_NULL } "

    "\"A field of an object.\" type __Field { name: String! description: String "
    "args(includeDeprecated: Boolean = false): [__InputValue!]! "
    "type: __Type! isDeprecated: Boolean! deprecationReason: String } "

    "\"An argument, or a field of an input object.\" type __InputValue { name: String! description: String type: __Type! "
    "\"The default, as it is written in GraphQL.\" defaultValue: String isDeprecated: Boolean! deprecationReason: String } "

    "\"A value of an enum.\" type __EnumValue { name: String! description: String isDeprecated: Boolean! deprecationReason: String } "

    "\"A directive and where it may stand.\" type __Directive { name: String! description: String "
    "isRepeatable: Boolean! locations: [__DirectiveLocation!]! "
    "args(includeDeprecated: Boolean = false): [__InputValue!]! } "

    "\"Where directives may stand.\" enum __DirectiveLocation { QUERY MUTATION SUBSCRIPTION FIELD FRAGMENT_DEFINITION FRAGMENT_SPREAD "
    "INLINE_FRAGMENT VARIABLE_DEFINITION SCHEMA SCALAR OBJECT FIELD_DEFINITION ARGUMENT_DEFINITION INTERFACE UNION ENUM ENUM_VALUE "
    "INPUT_OBJECT INPUT_FIELD_DEFINITION } "

    "type __Meta { __schema: __Schema! __type(name: String!): __Type __typename: String! }";
