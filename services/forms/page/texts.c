/* What a form's page says itself. */
#include <string.h>

#include "page/page.h"

static const struct page_texts texts[] = {
	{ .language = "en", .send = "Send", .sending = "Sending...", .thanks = "Thank you. It has arrived.", .again = "Fill it in again", .choose = "Please choose",
	  .required = "required", .missing = "Please fill in this field", .invalid = "Please correct this field",
	  .closed = "This form takes no answers at the moment.", .limited = "Too much was sent just now. Please try again later.",
	  .failed = "It could not be sent. Please try again.", .paid = "Sending this form costs something, which this page cannot pay.",
	  .leave_empty = "Leave this field empty", .no_files = "Sending files needs scripts in this browser" },
	{ .language = "de", .send = "Senden", .sending = "Wird gesendet...", .thanks = "Danke. Es ist angekommen.", .again = "Noch einmal ausfüllen",
	  .choose = "Bitte wählen", .required = "erforderlich", .missing = "Bitte füllen Sie dieses Feld aus", .invalid = "Bitte berichtigen Sie dieses Feld",
	  .closed = "Dieses Formular nimmt zurzeit nichts entgegen.", .limited = "Gerade wurde zu viel gesendet. Bitte versuchen Sie es später noch einmal.",
	  .failed = "Es konnte nicht gesendet werden. Bitte versuchen Sie es noch einmal.", .paid = "Dieses Formular kostet etwas, das diese Seite nicht bezahlen kann.",
	  .leave_empty = "Lassen Sie dieses Feld leer", .no_files = "Dateien zu senden braucht Skripte in diesem Browser" },
};

const struct page_texts *
page_texts_in(const char *locale)
{
	size_t n = locale ? strcspn(locale, "-") : 0;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (n == strlen(texts[i].language) && strncasecmp(texts[i].language, locale, n) == 0)
			return &texts[i];
	}
	return &texts[0];
}
