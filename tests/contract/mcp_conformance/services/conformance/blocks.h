/* JSON of MCP's content blocks, as constants. */
#ifndef BLOCKS_H
#define BLOCKS_H

#define TEXT(text_) "{\"type\":\"text\",\"text\":\"" text_ "\"}"
#define RESOURCE(uri_, mime_, text_) \
	"{\"type\":\"resource\",\"resource\":{\"uri\":\"" uri_ "\",\"mimeType\":\"" mime_ "\",\"text\":\"" text_ "\"}}"
#define MESSAGE(content_) "{\"role\":\"user\",\"content\":" content_ "}"
#define CONTENTS(uri_, mime_, kind_, value_) \
	"{\"uri\":\"" uri_ "\",\"mimeType\":\"" mime_ "\",\"" kind_ "\":\"" value_ "\"}"

#define DOC(json_) { (json_), sizeof(json_) - 1 }
#define LIST(array_) ((struct shape_list){ (array_), sizeof(array_) / sizeof((array_)[0]) })

#endif
