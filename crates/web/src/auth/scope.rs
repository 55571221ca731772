//! Which scope of a bearer token holds which action (J1). Each action stands in one scope.

use store::Scope;

use super::Action;

/// The scope that a token needs for an action.
pub const fn scope_of(action: Action) -> Scope {
    match action {
        Action::SeeAgents => Scope::AgentsRead,
        Action::SetState | Action::ServeQueue | Action::ManageDuty => Scope::AgentsWrite,
        Action::SetReach => Scope::RightsWrite,
        Action::SeeCalls | Action::SeeDecisions => Scope::CallsRead,
        Action::HangUp | Action::HandleCall | Action::SuperviseLine => Scope::CallsWrite,
        Action::HearRecording => Scope::RecordingsRead,
        Action::RemoveMessage | Action::HoldForLaw => Scope::RecordingsWrite,
        Action::SeeQueues => Scope::QueuesRead,
        Action::SeeSurveys => Scope::SurveysRead,
        Action::SeeReports => Scope::ReportsRead,
        Action::ExportCalls => Scope::CallsExport,
        Action::SeeTickets | Action::SeeLeadTickets | Action::TryTicketRules => Scope::TicketsRead,
        Action::WorkOnTickets => Scope::TicketsWrite,
        Action::SeeCustomers | Action::Unmask => Scope::CustomersRead,
        Action::ChangeCustomers
        | Action::SetVipLevel
        | Action::ImportCustomers
        | Action::MergeCustomers => Scope::CustomersWrite,
        Action::SeeArticles | Action::UseReplies => Scope::KnowledgeRead,
        Action::WriteArticles
        | Action::ReviewArticles
        | Action::WriteReplies
        | Action::ManageReplies => Scope::KnowledgeWrite,
        Action::FollowAll | Action::FollowAgent => Scope::EventsRead,
        Action::SeeSignalling => Scope::SignallingRead,
        Action::ListNumbers | Action::KeepApart => Scope::CallersWrite,
        Action::CloseCalendars => Scope::CalendarsWrite,
        Action::SeeScripts => Scope::ScriptsRead,
        Action::ChangeScripts => Scope::ScriptsWrite,
        Action::ManageWebhooks => Scope::WebhooksWrite,
        Action::ManageTokens => Scope::TokensWrite,
    }
}
