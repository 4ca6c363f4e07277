# What agents and callers are told outside voice flows, in English. Short, calm, plain. Texts keep to the GSM 7-bit
# alphabet (no curly quotes, no ellipsis sign), so that a page fits one message. Caller's words come in as values only.
# { $ticket } is "#1042" in a text and "ticket 1 0 4 2" aloud; { $number } is a telephone number, aloud in single digits.

## Pages by text. A page begins with SEV and its ticket's number: a reply that quotes it is recognised by that.
page = SEV{ $severity } { $ticket } { $customer }: { $what } { $callback } { $answers }
page-muted = SEV{ $severity } { $ticket } { $customer }: { $what } { $callback } You are muted, and needed. { $answers }
page-unknown-customer = Unknown caller
page-no-message = No message yet.
page-callback-confirmed = Call { $number }.
page-callback-unconfirmed = Call { $number } (unconfirmed).
page-callback-none = No callback number.
page-answers = Reply ACK { $digits }, DECLINE or CALL.
page-abandoned = SEV{ $severity } { $ticket }: a caller hung up before saying anything. { $callback } Nobody else is paged.
page-unwritten = SEV1: a call to the emergency line { $line } could not be written down. { $callback } Call back at once; the ticket follows.
update = SEV{ $severity } { $ticket } { $customer }, { $news ->
    [recording] a message was left
    [callback] the callback number changed
    [called] the caller rang again
    [pictures] the caller sent pictures
   *[texted] the caller wrote
}: { $what } { $callback }

## Pages by voice.
voice-page = { $desk }. Severity { $severity } page. { $ticket }. { $customer }. { $what } { $callback }
voice-callback-confirmed = Callback number: { $number }.
voice-callback-unconfirmed = Callback number, not confirmed: { $number }.
voice-callback-none = There is no callback number.
voice-number = plus { $digits }
voice-ticket = ticket { $digits }
voice-menu = Press 1 to take it. Press 2 to take it and call the customer now. Press 4 to decline. Press star to hear this again.
voice-menu-recording = Press 1 to take it. Press 2 to take it and call the customer now. Press 3 to hear the message. Press 4 to decline. Press star to hear this again.
voice-wrong-key = That key does nothing here.
voice-no-recording = There is no message to hear.
voice-taken = Thank you, it is yours: { $ticket }. { $callback } To call the customer now, press 2. Otherwise hang up, and call back soon.
voice-put-through = Calling the customer now. Please hold.
voice-ready = This is the callback for { $ticket }, { $customer }. To be connected, press 1.
voice-caller-waits = { $desk }. A caller is on the line with an emergency: { $ticket }, { $customer }. To take it and talk now, press 1. Press 4 to decline. Press star to hear this again.
voice-to-caller = You are being connected.
voice-reached = The callback for { $ticket } is noted. Goodbye.
voice-not-reached = Was the customer reached? Please answer the text: DONE, or CALL to try again. Goodbye.
voice-goodbye = Goodbye.

## Answers to commands. Those about one ticket are also said on the phone.
taken = Yours: { $tickets }. Call back, then reply DONE. CALL connects you.
taken-ticket = { $ticket } { $customer } { $number }
taken-ticket-no-number = { $ticket } { $customer } (no callback number)
taken-nothing = There is nothing for you to take. STATUS shows what is open.
already-taken = { $ticket } was taken by { $by } at { $time }. Nothing to do.
seen = Noted: you have seen { $ticket }. Nobody is paged for it. RESOLVE closes it.
yours-already = { $ticket } is yours already. Call back, then reply DONE. CALL connects you.
declined = { $ticket } is declined. The next one is being paged.
declined-you-again = { $ticket } is declined, but nobody else is left: you are paged again.
declined-nobody = { $ticket } is declined, and nobody else is left to page. It begins again at { $time }.
not-asked = You are not being asked to take { $ticket }, so nothing was changed.
escalated = { $ticket } goes to the next step now.
ringing = Calling you now. Press 1 to be connected for { $ticket }.
no-callback-number = { $ticket } has no callback number, so there is nobody to call.
called-back = { $ticket }: callback noted. RESOLVE it when it is solved.
downgraded = { $ticket } is Severity { $severity } now. Nobody is paged any more.
not-lower = { $ticket } is Severity { $severity } already. DOWN takes a lower one, such as DOWN 3 and the reason.
resolved = { $ticket } is resolved.
noted = Noted on { $ticket }.
handed-over = { $to } is paged for { $ticket } now. Nobody has it until it is taken.
paged = { $agent } is paged for { $ticket } as well.
no-such-agent = { $ticket }: the desk has no such agent, so nothing was changed.
not-an-agent = { $ticket }: only an agent of the desk can do that, so nothing was changed.
who = On call: { $people }.
who-nobody = Nobody is on call.
who-ticket-held = { $ticket } is with { $holder }. { $on_call }
who-ticket-free = Nobody has { $ticket } yet. { $on_call }
status = Open: { $entries }.
and-more = and { $count } more
status-entry-free = { $ticket } SEV{ $severity } { $customer }, nobody has it
status-entry-held = { $ticket } SEV{ $severity } { $customer }, { $holder } has it
status-nothing = Nothing is open.
help = ACK take it. DECLINE next one. ESC next step. CALL connect me. DONE called back. DOWN 3 reason. RESOLVE. NOTE text. WHO is on call. STATUS.
unclear = Not understood, and nothing was changed. Reply ACK, DECLINE, CALL, DONE or ? for more.
unclear-perhaps = Not understood, and nothing was changed. Did you mean { $command }? Otherwise reply ? for what can be said.
which-one = Which ticket? Send it again with one of: { $tickets }.
which-one-entry = #{ $name } { $customer }
no-such-ticket = There is no open { $ticket }. STATUS shows what is open.
nothing-open = Nothing is open for you. STATUS shows what is.
not-yours = You were not paged for { $ticket }, so nothing was changed.
closed = { $ticket } is closed already. Nothing to do.

## To agents, unasked.
stand-down = Stand down: { $by } has { $ticket }. Nothing to do.
stand-down-lowered = Stand down: { $ticket } is Severity { $severity } now. Nobody is paged.
stand-down-lowered-by = Stand down: { $by } made { $ticket } Severity { $severity }. Nobody is paged.
stand-down-closed = Stand down: { $ticket } is closed. Nothing to do.
callback-reminder = { $ticket } { $customer }: not called back yet. { $callback } Then reply DONE. Otherwise it is soon paged again.
reached-them = { $ticket }: that call was short. Reached them? Reply DONE { $digits }, or CALL { $digits } to try again.

## To callers.
still-trying = { $desk }: nobody has answered yet for ticket { $digits }. We keep calling; you need not call again.
taken-by = { $desk }: { $by } has your ticket { $digits } and will call you back.
writer-receipt = { $desk }: we have your text, ticket { $digits }. Urgent? Call { $number }.

## To managers.
method-dead-sms = { $agent } gets no texts any more: { $why }. Pages go by other ways. Please mend it.
method-dead-voice = { $agent } gets no calls any more: { $why }. Pages go by other ways. Please mend it.
nobody-took-it = { $ticket }: nobody has answered. The last resort is being paged now, and then it begins again.
everybody-muted = { $ticket }: everybody on call is muted, and was not asked. The last resort is being paged now.
nobody-on-call = { $ticket }: a step of the escalation found nobody on call. The next one is being paged. Please look at the rota.
carrier-refused = The carrier { $carrier } refuses to send: { $why }. Others are tried. Please see to the account.

## Of rotas, by text. $return is " In return …" or empty, $note is what the asker says or empty.
cover-asked = { $asker } asks you to be on call instead ({ $rota }): { $span }.{ $return }{ $note } Take it or decline: { $link }
cover-to-approve = { $taker } would be on call for { $asker } ({ $rota }): { $span }.{ $return } Approve or refuse: { $link }
cover-agreed = { $taker } is on call instead of { $asker } ({ $rota }): { $span }.{ $return } { $link }
cover-declined = Nobody takes your shift ({ $rota }): { $span }. You are on call. Ask others: { $link }
cover-withdrawn = { $asker } needs nobody any more ({ $rota }): { $span }. Nothing to do.
cover-refused = Refused by the manager: { $taker } on call instead of { $asker } ({ $rota }), { $span }. The rota stays as it is.
cover-soon = Nobody has taken it yet: { $asker } ({ $rota }), { $span }. { $asker } stays on call unless somebody does. { $link }
cover-soon-to-approve = Not approved yet: { $taker } on call instead of { $asker } ({ $rota }), { $span }. Approve or refuse: { $link }
cover-lapsed = It came to nothing: { $asker } is on call as planned ({ $rota }), { $span }.
cover-moved = The shift has moved, and what was asked or agreed has moved with it: { $asker } ({ $rota }), now { $span }.{ $return } { $link }
cover-adrift = The rota has changed, and { $asker } is not on call by it ({ $rota }) at { $span } any more. What was asked or agreed cannot follow. Please look: { $link }
cover-undone = It was changed or taken out in the rota: { $taker } on call instead of { $asker } ({ $rota }), { $span }. Look who is: { $link }
gaps-week = { $desk }: in the next 90 days an emergency finds nobody on call { $gaps }. Fill it: { $link }
gaps-near = { $desk }: soon an emergency finds nobody on call: { $gaps }. Fill it: { $link }
cover-in-return = In return { $asker } takes { $other }.

## The same on a call, three times over. No addresses: they are not heard well.
voice-notice = This is Nightbell, for { $desk }. { $news }
voice-cover-asked = { $asker } asks you to be on call instead, in the rota { $rota }: { $span }.{ $return }{ $note } To take it or decline it, please open the request on Nightbell's page.
voice-cover-to-approve = { $taker } would be on call for { $asker }, in the rota { $rota }: { $span }.{ $return } To approve or refuse it, please open the request on Nightbell's page.
voice-cover-agreed = { $taker } is on call instead of { $asker }, in the rota { $rota }: { $span }.{ $return }
voice-cover-declined = Nobody takes your shift in the rota { $rota }: { $span }. You are on call. You can ask others on Nightbell's page.
voice-cover-withdrawn = { $asker } needs nobody any more, in the rota { $rota }: { $span }. There is nothing to do.
voice-cover-refused = The manager has refused that { $taker } is on call instead of { $asker }, in the rota { $rota }: { $span }. The rota stays as it is.
voice-cover-soon = Nobody has taken the shift of { $asker } yet, in the rota { $rota }: { $span }. { $asker } stays on call unless somebody does. You can look at the request on Nightbell's page.
voice-cover-soon-to-approve = It is not approved yet that { $taker } is on call instead of { $asker }, in the rota { $rota }: { $span }. To approve or refuse it, please open the request on Nightbell's page.
voice-cover-lapsed = It came to nothing: { $asker } is on call as planned, in the rota { $rota }: { $span }.
voice-cover-moved = The shift of { $asker } in the rota { $rota } has moved, and what was asked or agreed has moved with it, to { $span }.{ $return }
voice-cover-adrift = The rota { $rota } has changed, and { $asker } is not on call by it any more at { $span }. What was asked or agreed cannot follow. Please look at it on Nightbell's page.
voice-cover-undone = It was changed or taken out in the rota { $rota } that { $taker } is on call instead of { $asker }: { $span }. Please look on Nightbell's page who is.
voice-gaps-week = In the next 90 days an emergency finds nobody on call { $gaps }. Please fill the rota on Nightbell's page.
voice-gaps-near = Soon an emergency finds nobody on call: { $gaps }. Please fill the rota on Nightbell's page.

## Of telephones, by text and by voice.
number-code = { $desk }: your code is { $code }. Write it on the page where it was asked for, within 10 minutes, so that pages are known to reach you here.
voice-number-code = This is { $desk }. Your code is: { $code }.

## Parts of sentences in voice flows. Without a full stop: the flow goes on.
state-held = { $ticket } is open, and { $holder } has it
state-called-back = { $ticket } is open, and { $holder } has called you back
state-paging = { $ticket } is open, and we are calling people until one of them takes it
state-waiting = { $ticket } is open and waits for the support hours
state-over = { $ticket } is closed
pages-one = You have one open page: { $ticket }, { $customer }
pages-many = You have { $count } open pages. The first is { $ticket }, { $customer }
pages-none = You have no open page
rung-all = everybody who is on call
rung = the { $which ->
    [first] first
    [second] second
    [third] third
    [fourth] fourth
    [fifth] fifth
   *[next] next
} person
list = { $most } and { $last }
hours-none = by arrangement
# Each language takes the values that it says. $nth is "first" on the first of a month. $hour is 0 to 24, $twelve 1 to
# 12, $minutes as it is said and $padded with two digits; $count is "one" for one o'clock; $part is the part of the day
# (night, morning, noon, afternoon, evening), midnight being of the evening.
day-alone = { $day }
range-days = { $from } to { $to }
range-times = { $from } to { $to }
weekly = { $days } { $times }
moment = { $weekday }, { $month } { $day }, at { $time }
range-moments = { $from } to { $to }
range-same-day = { $from } to { $to }
time = { $twelve }:{ $padded } { $half }
time-full = { $twelve } { $half }
weekday = { $day ->
    [Mon] Monday
    [Tue] Tuesday
    [Wed] Wednesday
    [Thu] Thursday
    [Fri] Friday
    [Sat] Saturday
   *[Sun] Sunday
}
month = { $month ->
    [Jan] January
    [Feb] February
    [Mar] March
    [Apr] April
    [May] May
    [Jun] June
    [Jul] July
    [Aug] August
    [Sep] September
    [Oct] October
    [Nov] November
   *[Dec] December
}
