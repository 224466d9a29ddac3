//! The telecom's service inventory, as a file that `inventory import` reads. Some touchpoints are not logged
//! at all, some activities have no rule: as in life.

/// Stages in their order.
pub const STAGES: [&str; 6] = ["Attract", "Buy", "Sign up", "Use", "Get help", "Renew"];

/// One row a mapping rule.
pub const INVENTORY: &str = "\
touchpoint,stage,channel,department,delivery,started_by,contact,cost_per_contact,source,match,activity,condition,experience,emotion,failure,keeps_promise,description,expectation,promise
Billboard advert,Attract,Advertising,Marketing,outsourced,company,no,,,,,,,,,,,,
Word of mouth,Attract,Word of mouth,Marketing,not_ours,third_party,no,,,,,,,,,,,,
Campaign mail,Attract,Mail,Marketing,in_house,company,no,,mail,exact,Clicked,,Clicked through,1,no,,,,
Newsletter,Use,Mail,Marketing,in_house,company,no,,mail,exact,Sent,campaign=newsletter,,,,,,,
Newsletter,,,,,,,,mail,exact,Opened,campaign=newsletter,Opened,1,no,,,,
Renewal mail,Renew,Mail,Marketing,in_house,company,no,,mail,exact,Sent,campaign=renewal,,,,,,,
Campaign mail,,,,,,,,mail,exact,Sent,,,,,,,,
Shop window,Buy,Web,Sales,in_house,customer,no,,web,regex,^(Home|Plans|Coverage check)$,,,,,,,,
Checkout,Buy,Web,Sales,in_house,customer,no,,web,exact,Checkout,,,,,,,,
Order,Buy,Web,Sales,in_house,customer,no,,web,exact,Order placed,,,,,,The order on the web.,A confirmation at once,A confirmation within the hour
Order confirmation,Sign up,Mail,Sales,in_house,company,no,,mail,exact,Order confirmation,,,,,,,,
Order status page,Sign up,Web,Digital,in_house,customer,no,,web,exact,Order status,,,,,,,,
Technician visit,Sign up,On site,Field service,outsourced,company,no,,dispatch,exact,Technician visit,result=missed,Never came,-2,yes,broken,A technician connects the line at home.,\"To be told when, and to see someone then\",A window of two hours on the day that was agreed
Technician visit,,,,,,,,dispatch,exact,Technician visit,result=late,Late,-1,yes,broken,,,
Technician visit,,,,,,,,dispatch,exact,Technician visit,,On time,1,no,kept,,,
Appointment booking,Sign up,On site,Field service,in_house,customer,no,,dispatch,exact,Appointment booked,,,,,,,,
App,Use,App,Digital,in_house,customer,no,,web,exact,App error,,Outage,-2,yes,,,,
App,,,,,,,,web,exact,App login,,Works,0,no,,,,
Usage page,Use,App,Digital,in_house,customer,no,,web,exact,Usage,,,,,,,,
Plan overview,Use,App,Digital,in_house,customer,no,,web,exact,Plan overview,,,,,,,,
Help article,Get help,Web,Digital,in_house,customer,no,,web,exact,Help article,,,,,,,,
Invoice page,Use,Web,Billing,in_house,customer,no,,web,exact,My invoices,,,,,,,,
Invoice,Use,Billing,Billing,in_house,company,no,,billing,exact,Invoice sent,,,,,,The monthly invoice.,The same amount as last month,
Price promise,Buy,Shop,Sales,in_house,company,no,,billing,exact,Price differs from offer,,Broken,-2,yes,broken,What the offer said the plan would cost.,The price of the offer on every invoice,\"The price that was offered, for two years\"
Payment,Use,Billing,Billing,in_house,customer,no,,billing,exact,Payment received,,,,,,,,
Phone menu,Get help,Phone,Contact centre,in_house,customer,no,,ivr,prefix,Menu,,,,,,,,
Phone queue,Get help,Phone,Contact centre,in_house,customer,no,,ivr,exact,Queue,,,,,,,,
Call,Get help,Phone,Contact centre,in_house,customer,yes,6.50,contact_centre,exact,Call,,,,,,A call that an agent takes.,That it is solved in one call,
Chat,Get help,Chat,Contact centre,in_house,customer,yes,4.20,contact_centre,exact,Chat,,,,,,,,
Renewal page,Renew,Web,Sales,in_house,customer,no,,web,exact,Renewal,,,,,,,,
Renewal,Renew,Billing,Sales,in_house,customer,no,,billing,exact,Contract renewed,,Renewed,2,no,,The contract goes on.,,
";
