// The words of the Roomle email, as data.
//
// ASSUMPTION: the vendor documents that a Roomle email is sent, and not what it says (vendor.md,
// "Not documented"). All wording, layout and the choice of language here is ours.
#pragma once

#include <string_view>

namespace roomle_sim {

enum class MailLanguage { english, german };

// The customer's where there is a wording in it, else the tenant's, else English. Tags such as "de"
// and those of its regions ("de-AT", "de_CH"), whatever the case; empty: none was told.
MailLanguage mail_language(std::string_view customers, std::string_view tenants);

// What an event type's mail says. {tenant} stands for Tenant::shown_name().
struct EventWording {
  std::string_view event;
  std::string_view subject;
  std::string_view intro;
  std::string_view link;            // what the main link is called
  std::string_view failed_subject;  // these two when data.success is false
  std::string_view failed_intro;
};

// What every mail says in one language.
struct CommonWording {
  std::string_view code;  // for HTML's lang
  std::string_view greeting;
  std::string_view message;        // stands above the custom message
  std::string_view configuration;  // what the link to the configuration is called, in export mails
  std::string_view closing;
  std::string_view on_behalf;  // the last line of a tenant that is `branded`
  std::string_view privacy;
};

// An unknown event type gets the words of a shared configuration. Both live for ever.
const EventWording& event_wording(std::string_view event, MailLanguage language);
const CommonWording& common_wording(MailLanguage language);

}  // namespace roomle_sim
