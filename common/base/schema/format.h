/* Formats of network names and addresses (json_schema_format_net.c, json_schema_format_uri.c). */
#ifndef JSON_SCHEMA_FORMAT_H
#define JSON_SCHEMA_FORMAT_H

#include <stdbool.h>
#include <stddef.h>

bool schema_is_ipv4(const char *text, size_t n_bytes);
bool schema_is_ipv6(const char *text, size_t n_bytes);
bool schema_is_hostname(const char *text, size_t n_bytes);
bool schema_is_idn_hostname(const char *text, size_t n_bytes);
bool schema_is_email(const char *text, size_t n_bytes);
bool schema_is_idn_email(const char *text, size_t n_bytes);

bool schema_is_uri(const char *text, size_t n_bytes);
bool schema_is_uri_reference(const char *text, size_t n_bytes);
bool schema_is_iri(const char *text, size_t n_bytes);
bool schema_is_iri_reference(const char *text, size_t n_bytes);
bool schema_is_uri_template(const char *text, size_t n_bytes);

#endif
