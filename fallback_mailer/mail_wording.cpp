#include "fallback_mailer/mail_wording.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace roomle_sim {
namespace {

using Table = std::array<EventWording, 4>;

// The shared configuration stands first: it is what an unknown type falls back to.
constexpr Table kEnglish{{
    {"email.shareConfiguration", "A configuration from {tenant} for you",
     "a configuration from {tenant} has been shared with you.", "View the configuration",
     "The configuration could not be shared",
     "we are sorry: a configuration from {tenant} was to be shared with you, and that did not "
     "work. "
     "Please ask for it to be sent again."},
    {"email.savedConfiguration", "Your saved configuration from {tenant}",
     "you saved your configuration at {tenant}. With this link you can go on where you left off.",
     "Open my configuration", "Your configuration could not be saved",
     "we are sorry: your configuration at {tenant} could not be saved. Please try once more."},
    {"email.shareConfigurationAR", "See your configuration from {tenant} in your room",
     "you asked for a link that shows a configuration from {tenant} in your own room. Open it on a "
     "phone or tablet that supports augmented reality.",
     "View it in augmented reality", "Your augmented-reality link could not be made",
     "we are sorry: the augmented-reality link to a configuration from {tenant} could not be made. "
     "Please try once more."},
    {"email.3DExportAsset", "Your 3D export from {tenant} is ready",
     "the 3D model that you requested from {tenant} is ready.", "Download the 3D model",
     "Your 3D export from {tenant} failed",
     "we are sorry: the 3D model that you requested from {tenant} could not be made. Please try "
     "once more."},
}};

constexpr Table kGerman{{
    {"email.shareConfiguration", "Eine Konfiguration von {tenant} für Sie",
     "eine Konfiguration von {tenant} wurde mit Ihnen geteilt.", "Konfiguration ansehen",
     "Die Konfiguration konnte nicht geteilt werden",
     "es tut uns leid: Eine Konfiguration von {tenant} sollte mit Ihnen geteilt werden, und das "
     "hat "
     "nicht geklappt. Bitte lassen Sie sie sich noch einmal schicken."},
    {"email.savedConfiguration", "Ihre gespeicherte Konfiguration von {tenant}",
     "Sie haben Ihre Konfiguration bei {tenant} gespeichert. Über diesen Link machen Sie dort "
     "weiter, "
     "wo Sie aufgehört haben.",
     "Meine Konfiguration öffnen", "Ihre Konfiguration konnte nicht gespeichert werden",
     "es tut uns leid: Ihre Konfiguration bei {tenant} konnte nicht gespeichert werden. Bitte "
     "versuchen Sie es noch einmal."},
    {"email.shareConfigurationAR", "Ihre Konfiguration von {tenant} in Ihrem Raum",
     "Sie haben einen Link angefordert, der eine Konfiguration von {tenant} in Ihrem eigenen Raum "
     "zeigt. Öffnen Sie ihn auf einem Smartphone oder Tablet, das Augmented Reality beherrscht.",
     "In Augmented Reality ansehen", "Ihr Augmented-Reality-Link konnte nicht erstellt werden",
     "es tut uns leid: Der Augmented-Reality-Link zu einer Konfiguration von {tenant} konnte nicht "
     "erstellt werden. Bitte versuchen Sie es noch einmal."},
    {"email.3DExportAsset", "Ihr 3D-Export von {tenant} ist fertig",
     "das 3D-Modell, das Sie bei {tenant} angefordert haben, ist fertig.",
     "3D-Modell herunterladen", "Ihr 3D-Export von {tenant} ist fehlgeschlagen",
     "es tut uns leid: Das 3D-Modell, das Sie bei {tenant} angefordert haben, konnte nicht "
     "erstellt "
     "werden. Bitte versuchen Sie es noch einmal."},
}};

constexpr CommonWording kCommonEnglish{"en",
                                       "Hello,",
                                       "Message",
                                       "Open the configuration",
                                       "Kind regards,",
                                       "Sent by Roomle on behalf of {tenant}.",
                                       "Privacy policy"};
constexpr CommonWording kCommonGerman{"de",
                                      "Guten Tag,",
                                      "Nachricht",
                                      "Konfiguration öffnen",
                                      "Freundliche Grüße",
                                      "Von Roomle im Auftrag von {tenant} verschickt.",
                                      "Datenschutzerklärung"};

// Of a tag such as "de-AT", the first part.
std::string primary_of(std::string_view tag) {
  std::string primary(tag.substr(0, tag.find_first_of("-_")));
  std::transform(primary.begin(), primary.end(), primary.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return primary;
}

}  // namespace

MailLanguage mail_language(std::string_view customers, std::string_view tenants) {
  const std::string customers_primary = primary_of(customers);
  const bool known = customers_primary == "de" || customers_primary == "en";
  const std::string primary = known ? customers_primary : primary_of(tenants);
  return primary == "de" ? MailLanguage::german : MailLanguage::english;
}

const EventWording& event_wording(std::string_view event, MailLanguage language) {
  const Table& table = language == MailLanguage::german ? kGerman : kEnglish;
  const auto found = std::find_if(table.begin(), table.end(),
                                  [&](const EventWording& one) { return one.event == event; });
  return found == table.end() ? table.front() : *found;
}

const CommonWording& common_wording(MailLanguage language) {
  return language == MailLanguage::german ? kCommonGerman : kCommonEnglish;
}

}  // namespace roomle_sim
