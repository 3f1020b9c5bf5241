/* The table of commands that are no operation. */
#include "cli/command/builtins.h"

#include "cli/command/help.h"

extern const struct command audit_guide_command, audit_verify_command, content_guide_command, integrations_guide_command, l402_guide_command, workflow_guide_command, backup_command, complete_command, completion_command, config_show_command, convert_command, doctor_command, events_command, export_command, forms_export_command, import_command, import_csv_command, import_json_command, man_command, mcp_call_command,
    mcp_inspect_command, mcp_openai_tools_command, mcp_prompt_command, mcp_resource_command, mcp_serve_command, mcp_smoke_command, mcp_whoami_command, provision_command, rest_command, restore_command, rotate_command, schema_check_command, schema_generate_command,
    schema_migration_command, script_run_command;

const struct command *const builtins[] = {
	&audit_guide_command, &audit_verify_command, &content_guide_command, &integrations_guide_command, &l402_guide_command, &workflow_guide_command, &backup_command, &complete_command, &completion_command, &config_show_command, &convert_command, &doctor_command, &events_command, &export_command, &forms_export_command, &help_command, &import_command, &import_csv_command, &import_json_command, &man_command, &mcp_call_command,
	&mcp_inspect_command, &mcp_openai_tools_command, &mcp_prompt_command, &mcp_resource_command, &mcp_serve_command, &mcp_smoke_command, &mcp_whoami_command,
	&provision_command, &rest_command, &restore_command, &rotate_command, &schema_check_command, &schema_generate_command, &schema_migration_command, &script_run_command, NULL,
};
