# What agents and callers are told outside voice flows, in English. Short, calm, plain. Texts keep to the GSM 7-bit
# alphabet (no curly quotes, no ellipsis sign), so that a page fits one message. Caller's words come in as values only.

## Pages by text. A page begins with SEV and its ticket's number: a reply that quotes it is recognised by that.
page = SEV{ $severity } #{ $ticket } { $customer }: { $what } { $callback } { $answers }
page-unknown-customer = Unknown caller
page-no-message = No message yet.
page-callback-confirmed = Call { $number }.
page-callback-unconfirmed = Call { $number } (unconfirmed).
page-callback-none = No callback number.
page-answers = Reply ACK { $ticket }, DECLINE or CALL.
page-update = SEV{ $severity } #{ $ticket } update: { $what }
page-abandoned = SEV{ $severity } #{ $ticket }: { $number } hung up before saying anything. Nobody else is paged.
page-abandoned-withheld = SEV{ $severity } #{ $ticket }: a caller with no number hung up before saying anything. Nobody else is paged.

## Pages by voice.
voice-page = { $agent }, this is a Severity { $severity } page. Ticket { $digits }. { $customer }. { $what } { $callback }
voice-page-callback-confirmed = Callback number: { $number }.
voice-page-callback-unconfirmed = Callback number, not confirmed: { $number }.
voice-page-callback-none = There is no callback number.
voice-number-international = plus { $digits }
voice-menu = Press 1 to take it. Press 2 to take it and call the customer now. Press 4 to decline. Press star to hear this again.
voice-menu-recording = Press 1 to take it. Press 2 to take it and call the customer now. Press 3 to hear the message. Press 4 to decline. Press star to hear this again.
voice-taken = Thank you. Ticket { $digits } is yours. Please call the customer now.
voice-taken-already = Ticket { $digits } has been taken by { $agent }. Thank you. Goodbye.
voice-declined = All right. The next one is being called. Goodbye.
voice-wrong-key = That key does nothing here.
voice-no-recording = There is no message yet.
voice-no-key = No key was pressed. The next one will be called. Goodbye.
voice-calling-customer = Calling the customer now. Please hold.
voice-callback-press = This is the callback for ticket { $digits }, { $customer }. Press 1 to be connected.
voice-callback-failed = The customer did not answer. Please try again, or reply CALL to the text.

## Answers to commands.
ack = Yours: { $tickets }. Call back, then reply DONE. CALL connects you.
ack-ticket = #{ $ticket } { $customer } { $number }
ack-ticket-no-number = #{ $ticket } { $customer } (no callback number)
ack-nothing = There is nothing for you to take. STATUS shows what is open.
taken-already = #{ $ticket } has been taken by { $agent }. Nothing to do.
declined = Declined #{ $ticket }. The next one is being paged.
escalated = #{ $ticket } goes to the next step now.
calling = Calling you now. Press 1 to be connected to #{ $ticket }.
calling-no-number = #{ $ticket } has no callback number. Reply NOTE { $ticket } with what you find out.
callback-done = #{ $ticket }: callback noted. RESOLVE { $ticket } when it is solved.
downgraded = #{ $ticket } is Severity { $severity } now. Nobody is paged any more.
resolved = #{ $ticket } is resolved.
noted = Noted on #{ $ticket }.
no-ticket = There is no open ticket #{ $ticket } of yours. STATUS shows what is open.
which-ticket = Which ticket? Reply { $command } with one of: { $tickets }.
unclear = Not understood, and nothing was changed. Reply ACK, DECLINE, CALL, DONE or ? for more.
unclear-nearest = Not understood, and nothing was changed. Did you mean { $command }? Otherwise reply ? for what can be said.
help = ACK take it. DECLINE next one. ESC next step. CALL connect me. DONE called back. DOWN 3 reason. RESOLVE. NOTE text. WHO is on call. STATUS.
who = On call: { $entries }.
who-entry = { $rota } { $agents }
who-nobody = nobody
who-no-rota = Nobody is on call by any rota. The last resort is paged.
status = Open: { $entries }.
status-entry-waiting = #{ $ticket } SEV{ $severity } { $customer }, nobody has it
status-entry-taken = #{ $ticket } SEV{ $severity } { $customer }, { $agent } has it
status-entry-called = #{ $ticket } SEV{ $severity } { $customer }, { $agent } called back
status-nothing = Nothing is open.

## To agents, unasked.
stand-down = Stand down: { $agent } has #{ $ticket }. Nothing to do.
stand-down-closed = Stand down: #{ $ticket } is closed. Nothing to do.
callback-reminder = #{ $ticket } { $customer }: not called back yet. Call { $number }, or reply CALL; then DONE. In { $minutes } min it is paged again.
callback-reminder-no-number = #{ $ticket } { $customer }: not called back yet. Reply DONE when you have reached them. In { $minutes } min it is paged again.
reached-them = #{ $ticket }: the call was short. Reached them? Reply DONE { $ticket }, or CALL { $ticket } to try again.

## To callers.
receipt = { $desk }: your ticket is { $ticket }. Keep this number. You need not reply.
receipt-emergency = { $desk }: your ticket is { $ticket }. Somebody is being called out and will call you back on this number.
still-trying = { $desk }: nobody has answered yet for ticket { $ticket }. We keep calling; you need not call again.
taken-by = { $desk }: { $agent } has your ticket { $ticket } and will call you back.
taken = { $desk }: your ticket { $ticket } has been taken. You will be called back.
text-urgent = { $desk }: we have your text, ticket { $ticket }. Urgent? Call { $number }.
closed-resumes = { $desk } is closed now. Cover resumes { $when }.
caller-id-differs = { $desk }: we are calling you about ticket { $ticket } from { $number }.

## To managers.
undelivered-sms = A text to { $agent } for #{ $ticket } was not delivered. The next way is being tried. Please check the number.
undelivered-voice = A call to { $agent } for #{ $ticket } could not be placed. The next way is being tried. Please check the number.
opted-out = { $agent } sent STOP: no texts reach this telephone. Pages go by voice until START is sent from it.
rota-empty = Nobody is on call by the rota { $rota }. #{ $ticket } goes to the last resort. Please fill the gap.
exhausted = #{ $ticket } { $customer }: nobody answered in { $cycles } rounds. The last resort is being paged, and it begins again.
account-manager = Severity 1 #{ $ticket } of { $customer }: { $what } You are copied as account manager.
