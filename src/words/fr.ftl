# Ce que les appelants et les agents lisent et entendent hors des parcours vocaux, en français. Court, calme, simple. Les
# textos restent dans l'alphabet GSM à 7 bits une fois leurs accents rares ôtés, pour qu'une alerte tienne en un message.
# Les commandes (ACK, DECLINE …) sont les mêmes dans toutes les langues.

## Alertes par texto.
page = SEV{ $severity } { $ticket } { $customer }: { $what } { $callback } { $answers }
page-muted = SEV{ $severity } { $ticket } { $customer }: { $what } { $callback } En sourdine, mais on a besoin de vous. { $answers }
page-unknown-customer = Appelant inconnu
page-no-message = Pas encore de message.
page-callback-confirmed = Rappeler le { $number }.
page-callback-unconfirmed = Rappeler le { $number } (non confirmé).
page-callback-none = Aucun numéro de rappel.
page-answers = Répondez ACK { $digits }, DECLINE ou CALL.
page-abandoned = SEV{ $severity } { $ticket }: un appelant a raccroché sans rien dire. { $callback } Personne d'autre n'est alerté.
page-unwritten = SEV1: un appel à la ligne d'urgence { $line } n'a pas pu être noté. { $callback } Rappelez tout de suite; le ticket suivra.
update = SEV{ $severity } { $ticket } { $customer }, { $news ->
    [recording] un message a été laissé
    [callback] le numéro de rappel a changé
    [called] l'appelant a rappelé
    [pictures] l'appelant a envoyé des images
   *[texted] l'appelant a écrit
}: { $what } { $callback }

## Alertes par téléphone.
voice-page = { $desk }. Alerte de gravité { $severity }. { $ticket }. { $customer }. { $what } { $callback }
voice-callback-confirmed = Numéro de rappel : { $number }.
voice-callback-unconfirmed = Numéro de rappel, non confirmé : { $number }.
voice-callback-none = Il n'y a pas de numéro de rappel.
voice-number = plus { $digits }
voice-ticket = ticket { $digits }
voice-menu = Pour la prendre, tapez 1. Pour la prendre et appeler le client tout de suite, tapez 2. Pour refuser, tapez 4. Pour réécouter, tapez étoile.
voice-menu-recording = Pour la prendre, tapez 1. Pour la prendre et appeler le client tout de suite, tapez 2. Pour écouter le message, tapez 3. Pour refuser, tapez 4. Pour réécouter, tapez étoile.
voice-wrong-key = Cette touche ne sert à rien ici.
voice-no-recording = Il n'y a pas de message à écouter.
voice-taken = Merci, c'est à vous : { $ticket }. { $callback } Pour appeler le client maintenant, tapez 2. Sinon, raccrochez et rappelez-le bientôt.
voice-put-through = Nous appelons le client. Restez en ligne.
voice-ready = Voici le rappel pour le { $ticket }, { $customer }. Pour être mis en relation, tapez 1.
voice-caller-waits = { $desk }. Un appelant est en ligne pour une urgence : { $ticket }, { $customer }. Pour la prendre et lui parler, tapez 1. Pour refuser, tapez 4. Pour réécouter, tapez étoile.
voice-to-caller = Vous êtes mis en relation.
voice-reached = Le rappel pour le { $ticket } est noté. Au revoir.
voice-not-reached = Avez-vous pu joindre le client ? Répondez au texto : DONE, ou CALL pour réessayer. Au revoir.
voice-goodbye = Au revoir.

## Réponses aux commandes. Celles qui concernent un seul ticket sont aussi dites au téléphone.
taken = À vous : { $tickets }. Rappelez, puis répondez DONE. CALL vous met en relation.
taken-ticket = { $ticket } { $customer } { $number }
taken-ticket-no-number = { $ticket } { $customer } (aucun numéro de rappel)
taken-nothing = Vous n'avez rien à prendre. STATUS montre ce qui est ouvert.
already-taken = { $ticket } : déjà pris par { $by } à { $time }. Rien à faire.
seen = Noté : vous avez vu { $ticket }. Personne n'est alerté. RESOLVE le ferme.
yours-already = { $ticket } est déjà à vous. Rappelez, puis répondez DONE. CALL vous met en relation.
declined = { $ticket } : refus noté. La personne suivante est alertée.
declined-you-again = { $ticket } : refus noté, mais il ne reste personne d'autre : vous êtes de nouveau alerté.
declined-nobody = { $ticket } : refus noté, et il ne reste personne à alerter. Tout recommence à { $time }.
not-asked = { $ticket } : on ne vous demande pas de le prendre. Rien n'a changé.
escalated = { $ticket } passe à l'étape suivante.
ringing = Nous vous appelons. Tapez 1 pour être mis en relation : { $ticket }.
no-callback-number = { $ticket } : aucun numéro de rappel, donc personne à appeler.
called-back = { $ticket } : rappel noté. Répondez RESOLVE quand c'est résolu.
downgraded = { $ticket } : gravité { $severity } désormais. Plus personne n'est alerté.
not-lower = { $ticket } : déjà en gravité { $severity }. DOWN en demande une moindre : DOWN 3 et la raison.
resolved = { $ticket } : résolu.
noted = { $ticket } : c'est noté.
handed-over = { $ticket } : { $to } est alerté maintenant. Le ticket n'est à personne tant qu'il n'est pas pris.
paged = { $ticket } : { $agent } est aussi alerté.
no-such-agent = { $ticket } : pas d'agent de ce nom. Rien n'a changé.
not-an-agent = { $ticket } : seul un agent peut faire cela. Rien n'a changé.
who = D'astreinte : { $people }.
who-nobody = Personne n'est d'astreinte.
who-ticket-held = { $ticket } : suivi par { $holder }. { $on_call }
who-ticket-free = { $ticket } : encore à personne. { $on_call }
status = Ouverts : { $entries }.
and-more = et { $count } de plus
status-entry-free = { $ticket } SEV{ $severity } { $customer }, à personne
status-entry-held = { $ticket } SEV{ $severity } { $customer }, suivi par { $holder }
status-nothing = Rien n'est ouvert.
help = ACK prendre. DECLINE au suivant. ESC étape suivante. CALL relier. DONE rappelé. DOWN 3 raison. RESOLVE. NOTE texte. WHO d'astreinte. STATUS.
unclear = Pas compris ; rien n'a changé. Répondez ACK, DECLINE, CALL, DONE, ou ? pour la suite.
unclear-perhaps = Pas compris ; rien n'a changé. Vouliez-vous dire { $command } ? Sinon, répondez ? pour savoir quoi écrire.
which-one = Quel ticket ? Renvoyez la commande avec l'un de ceux-ci : { $tickets }.
which-one-entry = #{ $name } { $customer }
no-such-ticket = { $ticket } n'est pas ouvert. STATUS montre ce qui l'est.
nothing-open = Rien n'est ouvert pour vous. STATUS montre ce qui l'est.
not-yours = { $ticket } : vous n'étiez pas alerté. Rien n'a changé.
closed = { $ticket } est déjà fermé. Rien à faire.

## Aux agents, sans qu'ils demandent.
stand-down = Fin d'alerte : { $ticket } est suivi par { $by }. Rien à faire.
stand-down-lowered = Fin d'alerte : { $ticket } passe en gravité { $severity }. Personne n'est alerté.
stand-down-lowered-by = Fin d'alerte : { $by } a mis { $ticket } en gravité { $severity }. Personne n'est alerté.
stand-down-closed = Fin d'alerte : { $ticket } est fermé. Rien à faire.
callback-reminder = { $ticket } { $customer }: pas encore rappelé. { $callback } Puis répondez DONE. Sinon une nouvelle alerte part bientôt.
reached-them = { $ticket } : l'appel a été court. Client joint ? Répondez DONE { $digits }, ou CALL { $digits } pour réessayer.

## Aux appelants.
still-trying = { $desk } : personne n'a encore répondu pour votre ticket { $digits }. Nous continuons ; inutile de rappeler.
taken-by = { $desk } : { $by } suit votre ticket { $digits } et va vous rappeler.
writer-receipt = { $desk } : nous avons votre message, ticket { $digits }. Urgent ? Appelez le { $number }.

## Aux responsables.
method-dead-sms = { $agent } ne reçoit plus de textos : { $why }. Les alertes passent par d'autres voies. À réparer.
method-dead-voice = { $agent } ne reçoit plus d'appels : { $why }. Les alertes passent par d'autres voies. À réparer.
nobody-took-it = { $ticket } : personne n'a répondu. Le dernier recours est alerté, puis tout recommence.
everybody-muted = { $ticket } : toute l'astreinte est en sourdine. Le dernier recours est alerté maintenant.
nobody-on-call = { $ticket } : une étape n'a trouvé personne d'astreinte. La suivante est alertée. Voyez le planning.
carrier-refused = L'opérateur { $carrier } refuse d'envoyer : { $why }. D'autres sont essayés. Voyez le compte.

## Des plannings, par texto.
cover-asked = { $asker } vous demande de prendre son astreinte ({ $rota }) : { $span }.{ $return }{ $note } Accepter ou refuser : { $link }
cover-to-approve = { $taker } prendrait l'astreinte de { $asker } ({ $rota }) : { $span }.{ $return } Approuver ou refuser : { $link }
cover-agreed = { $taker } prend l'astreinte de { $asker } ({ $rota }) : { $span }.{ $return } { $link }
cover-declined = Personne ne prend votre astreinte ({ $rota }) : { $span }. Vous êtes d'astreinte. Demander à d'autres : { $link }
cover-withdrawn = { $asker } n'a plus besoin de personne ({ $rota }) : { $span }. Rien à faire.
cover-refused = Refusé par le responsable : { $taker } à la place de { $asker } ({ $rota }), { $span }. Le planning ne change pas.
cover-soon = Personne ne l'a encore prise : { $asker } ({ $rota }), { $span }. { $asker } reste d'astreinte si personne ne la prend. { $link }
cover-soon-to-approve = Pas encore approuvé : { $taker } à la place de { $asker } ({ $rota }), { $span }. Approuver ou refuser : { $link }
cover-lapsed = Resté sans suite : { $asker } est d'astreinte comme prévu ({ $rota }), { $span }.
cover-moved = L'astreinte a été déplacée, et ce qui était demandé ou convenu avec elle : { $asker } ({ $rota }), désormais { $span }.{ $return } { $link }
cover-adrift = Le planning a changé : { $asker } n'est plus d'astreinte ({ $rota }) { $span }. Ce qui était demandé ou convenu ne peut pas suivre. À voir : { $link }
cover-undone = Changé ou ôté dans le planning : { $taker } à la place de { $asker } ({ $rota }), { $span }. Voir qui est d'astreinte : { $link }
gaps-week = { $desk } : dans les 90 jours, une urgence ne trouvera personne d'astreinte { $gaps }. À combler : { $link }
gaps-near = { $desk } : bientôt, une urgence ne trouvera personne d'astreinte : { $gaps }. À combler : { $link }
cover-in-return = En échange, { $asker } prend { $other }.

## Les mêmes au téléphone, dites trois fois. Sans adresses : elles s'entendent mal.
voice-notice = Ici Nightbell, pour { $desk }. { $news }
voice-cover-asked = { $asker } vous demande de prendre son astreinte, dans le planning { $rota } : { $span }.{ $return }{ $note } Pour accepter ou refuser, ouvrez la demande sur la page de Nightbell.
voice-cover-to-approve = { $taker } prendrait l'astreinte de { $asker }, dans le planning { $rota } : { $span }.{ $return } Pour approuver ou refuser, ouvrez la demande sur la page de Nightbell.
voice-cover-agreed = { $taker } prend l'astreinte de { $asker }, dans le planning { $rota } : { $span }.{ $return }
voice-cover-declined = Personne ne prend votre astreinte dans le planning { $rota } : { $span }. Vous êtes d'astreinte. Vous pouvez demander à d'autres sur la page de Nightbell.
voice-cover-withdrawn = { $asker } n'a plus besoin de personne, dans le planning { $rota } : { $span }. Il n'y a rien à faire.
voice-cover-refused = Le responsable refuse que { $taker } prenne l'astreinte de { $asker }, dans le planning { $rota } : { $span }. Le planning ne change pas.
voice-cover-soon = Personne n'a encore pris l'astreinte de { $asker }, dans le planning { $rota } : { $span }. { $asker } reste d'astreinte si personne ne la prend. La demande est sur la page de Nightbell.
voice-cover-soon-to-approve = Il n'est pas encore approuvé que { $taker } prenne l'astreinte de { $asker }, dans le planning { $rota } : { $span }. Pour approuver ou refuser, ouvrez la demande sur la page de Nightbell.
voice-cover-lapsed = La demande est restée sans suite : { $asker } est d'astreinte comme prévu, dans le planning { $rota } : { $span }.
voice-cover-moved = L'astreinte de { $asker } dans le planning { $rota } a été déplacée, et avec elle ce qui était demandé ou convenu : { $span }.{ $return }
voice-cover-adrift = Le planning { $rota } a changé, et { $asker } n'y est plus d'astreinte : { $span }. Ce qui était demandé ou convenu ne peut pas suivre. Voyez la page de Nightbell.
voice-cover-undone = Dans le planning { $rota }, il a été changé ou ôté que { $taker } prenne l'astreinte de { $asker } : { $span }. Voyez sur la page de Nightbell qui est d'astreinte.
voice-gaps-week = Dans les 90 jours, une urgence ne trouvera personne d'astreinte { $gaps }. Veuillez compléter le planning sur la page de Nightbell.
voice-gaps-near = Bientôt, une urgence ne trouvera personne d'astreinte : { $gaps }. Veuillez compléter le planning sur la page de Nightbell.

## Des téléphones, par texto et de vive voix.
number-code = { $desk } : votre code est { $code }. Écrivez-le dans les 10 minutes sur la page qui le demande : on saura que les alertes arrivent.
voice-number-code = Ici { $desk }. Votre code est : { $code }.

## Parties de phrases des parcours vocaux. Sans point final : le parcours continue.
state-held = Le { $ticket } est ouvert, et { $holder } s'en occupe
state-called-back = Le { $ticket } est ouvert, et { $holder } vous a rappelé
state-paging = Le { $ticket } est ouvert, et nous appelons des personnes jusqu'à ce que l'une d'elles le prenne
state-waiting = Le { $ticket } est ouvert et attend les heures d'ouverture
state-over = Le { $ticket } est fermé
pages-one = Vous avez une alerte ouverte : { $ticket }, { $customer }
pages-many = Vous avez { $count } alertes ouvertes. La première : { $ticket }, { $customer }
pages-none = Vous n'avez aucune alerte ouverte
rung-all = toutes les personnes d'astreinte
rung = la { $which ->
    [first] première
    [second] deuxième
    [third] troisième
    [fourth] quatrième
    [fifth] cinquième
   *[next] prochaine
} personne
list = { $most } et { $last }
hours-none = sur rendez-vous
day-alone = le { $day }
range-days = du { $from } au { $to }
range-times = de { $from } à { $to }
weekly = { $days } { $times }
moment = { $weekday } { $nth ->
    [first] 1er
   *[other] { $day }
} { $month } à { $time }
range-moments = du { $from } au { $to }
range-same-day = { $from } jusqu'à { $to }
time = { $hour } h { $minutes }
time-full = { $hour } h
weekday = { $day ->
    [Mon] lundi
    [Tue] mardi
    [Wed] mercredi
    [Thu] jeudi
    [Fri] vendredi
    [Sat] samedi
   *[Sun] dimanche
}
month = { $month ->
    [Jan] janvier
    [Feb] février
    [Mar] mars
    [Apr] avril
    [May] mai
    [Jun] juin
    [Jul] juillet
    [Aug] août
    [Sep] septembre
    [Oct] octobre
    [Nov] novembre
   *[Dec] décembre
}
