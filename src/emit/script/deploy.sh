usage() {
    cat <<'TEXT'
usage: deploy.sh [options]

Deploys the platform of this folder, or what is missing of it, with the `aws` command. What is there already stays; a run that was
stopped goes on where it was. At the end it says the outputs of the platform: addresses and names.

  --param NAME=VALUE    a value of the platform; one that each Region has by itself is NAME@REGION=VALUE. Can be repeated
  --params FILE         a file of such lines; lines that begin with # are skipped
  --only STACK          only this stack, as REGION/NAME, or NAME for all Regions. Can be repeated
  --region REGION       only the stacks of this Region: nothing is asked of the others that can be done without. Can be repeated
  --profile NAME        the profile of the aws command
  --dry-run             say what would be done; only reads
  --one-by-one          one stack after the other; otherwise stacks that do not need each other are deployed side by side
  --timeout MINUTES     how long to wait for one stack (120)
  --yes                 do not ask whether to begin
  --help                this text

Values that are not given: what is deployed has them, else the default holds, else they are asked for before anything happens.
Ends with 0 if all is deployed, 1 if something stopped it, 2 if it was called wrongly or values are missing.
TEXT
}

# The largest template that is handed over as it is; CloudFormation reads larger ones from a bucket.
largest_body=51200
only=()
one_by_one=0
failed=0

read_options() {
    while [ $# -gt 0 ]; do
        case $1 in
            --param | --params | --only | --region | --profile | --timeout)
                [ $# -ge 2 ] || wrong_usage "$1 wants a value"
                case $1 in
                    --param) take_param "$2" ;;
                    --params) take_params "$2" ;;
                    --only) only+=("$2") ;;
                    --region) regions_wanted+=("$2") ;;
                    --profile) profile=(--profile "$2") ;;
                    --timeout) minutes=$2 ;;
                esac
                shift
                ;;
            --dry-run) dry_run=1 ;;
            --one-by-one) one_by_one=1 ;;
            --yes) yes=1 ;;
            --help | -h)
                usage
                exit 0
                ;;
            *) wrong_usage "unknown option \`$1\`" ;;
        esac
        shift
    done
    [[ $minutes =~ ^[1-9][0-9]{0,5}$ ]] || wrong_usage "--timeout wants a number of minutes, not \`$minutes\`"
}

# --- what the definitions say of stacks -----------------------------------------------------------------------------

stack_begins() {
    stack_unit[number]=$1 stack_capabilities[number]='' stack_policy[number]='' protected[number]=0 after[number]=0
    stateful[number]='' later[number]='' reached[number]=0
}
capabilities() { stack_capabilities[number]="$*"; }
policy() { stack_policy[number]=$1; }
protect() { protected[number]=1; }
# The phase that it must have reached already.
deployed_before() { after[number]=$1; }
holds_data() { stateful[number]="$*"; }
grows_by() { later[number]="$*"; }

# --- which stacks ---------------------------------------------------------------------------------------------------

check_only() {
    local wanted known
    for wanted in ${only[@]+"${only[@]}"}; do
        known=0
        for ((number = 0; number < stacks; number++)); do
            case $wanted in "${stack_id[number]}" | "${stack_unit[number]}") known=1 ;; esac
        done
        if [ "$known" = 0 ]; then
            complain "the platform has no stack \`$wanted\`; it has:"
            for ((number = 0; number < stacks; number++)); do complain "  ${stack_id[number]}"; done
            exit 2
        fi
    done
}

# Whether a stack is part of this run; if not, $reason says why.
is_selected() {
    local wanted
    reason="it is not in$(printf ' %s' ${regions_wanted[@]+"${regions_wanted[@]}"})"
    region_wanted "${stack_region[$1]}" || return 1
    [ ${#only[@]} -gt 0 ] || return 0
    for wanted in "${only[@]}"; do
        case $wanted in "${stack_id[$1]}" | "${stack_unit[$1]}") return 0 ;; esac
    done
    reason="it is not among --only"
    return 1
}

# --- values ---------------------------------------------------------------------------------------------------------

# What the parameters of a stack are, is read for two reasons: to know what is needed, and to hand it over.
from_param() { "${reading}_param" "$@"; }
from_output() { "${reading}_output" "$@"; }

# Notes for which slots the steps of this run need a value, and which stacks take it under which name.
find_takers() {
    takers=()
    reading=note
    each_step note_takers
}

note_takers() {
    taker=$2
    ! is_selected "$2" || parameters_of "$1" "$2"
}

note_param() { takers[$2]="${takers[$2]-} $taker:$1"; }
note_output() { :; }

# The value that what is deployed has; a secret is not told, but kept where every stack that takes it has it already.
deployed_value() {
    local slot=$1 pair key at query has=1
    for pair in ${takers[slot]-}; do
        at=${pair%%:*} key=${pair#*:}
        case ${status[at]} in
            '' | REVIEW_IN_PROGRESS | ROLLBACK_COMPLETE) has=0 ;;
            *)
                name_of "$at"
                # The sign before a value tells an empty one from none.
                query="Stacks[].Parameters[] | [?ParameterKey=='$key'].[join('', ['=', ParameterValue])]"
                text "${stack_region[at]}" cloudformation describe-stacks --stack-name "$name" --query "$query" ||
                    give_up "asking which values the stack ${stack_id[at]} has" "${stack_region[at]}"
                if [ -z "$out" ]; then
                    has=0
                elif [ "${is_secret[slot]}" = 0 ]; then
                    value[slot]=${out#=} origin[slot]=deployed
                    return
                fi
                ;;
        esac
    done
    if [ "${is_secret[slot]}" = 1 ] && [ "$has" = 1 ]; then
        origin[slot]=kept
    fi
}

bind_values() {
    local slot missing=()
    for ((slot = 0; slot < slots; slot++)); do
        [ -z "${origin[slot]}" ] && [ -n "${takers[slot]-}" ] || continue
        deployed_value "$slot"
        if [ -z "${origin[slot]}" ] && [ "${has_default[slot]}" = 1 ]; then
            value[slot]=${default_value[slot]} origin[slot]=default
        elif [ -z "${origin[slot]}" ]; then
            missing+=("$slot")
        fi
    done
    ask_for ${missing[@]+"${missing[@]}"}
}

# Without a terminal nothing can be looked at before the names are known: then all that may be missing is listed at once.
list_missing() {
    local slot unknown=0 missing=()
    [ ! -t 0 ] || return 0
    for ((slot = 0; slot < slots; slot++)); do
        if [ -z "${origin[slot]}" ] && [ "${has_default[slot]}" = 0 ] && [ -n "${takers[slot]-}${in_names[slot]#0}" ]; then
            missing+=("$slot")
            [ "${in_names[slot]}" = 0 ] || unknown=1
        fi
    done
    [ "$unknown" = 0 ] || ask_for "${missing[@]}"
}

# --- before anything happens ----------------------------------------------------------------------------------------

# Refuses what holds data and is deployed in a stack, but now belongs to another one of its Region.
check_homes() {
    local region=$1 home=$2 own=$3 have=$4 other resource
    for ((other = 0; other < stacks; other++)); do
        [ "${stack_region[other]}" = "$region" ] && [ "${stack_id[other]}" != "$home" ] || continue
        for resource in ${stateful[other]}; do
            case " $own " in *" $resource "*) continue ;; esac
            case $have in *" $resource "*) ;; *) continue ;; esac
            source_of "$other" "$resource"
            complain "error: $resource${source:+ ($source)} holds data and is deployed in $home; here it would be made anew in ${stack_id[other]}, and its data would stay behind. Put it back into the group or layer that it had"
            refused=1
        done
    done
}

# Stacks of an earlier compilation stay; nothing that holds data may have moved out of one.
look_at_strangers() {
    local region stranger have resource what
    for region in $all_regions; do
        region_wanted "$region" || continue
        find_strangers "$region"
        for stranger in ${strangers[@]+"${strangers[@]}"}; do
            say "$stranger in $region is not part of this compilation any more: it stays as it is"
            text "$region" cloudformation list-stack-resources --stack-name "$stranger" \
                --query 'StackResourceSummaries[].[LogicalResourceId,ResourceStatus]' || give_up "listing what the stack $stranger has" "$region"
            have=' '
            while IFS=$tab read -r resource what; do
                case $what in DELETE_COMPLETE | DELETE_SKIPPED) ;; *) have+="$resource " ;; esac
            done <<<"$out"
            check_homes "$region" "the stack $stranger" '' "$have"
        done
    done
}

# What is there. Ends the run if something there could be lost.
look_around() {
    local at resource what have lacking
    refused=0
    for ((at = 0; at < stacks; at++)); do
        is_selected "$at" || continue
        look_or_stop "$at"
        status[at]=$now reached[at]=$now_phase
        if [ "${reached[at]}" -lt "${after[at]}" ]; then
            complain "error: ${stack_id[at]} was to be deployed up to phase ${after[at]} already, and is ${now:+at phase $now_phase}${now:-not there}: this was compiled with \`--deployed\` for a platform that runs. Compile without it for a new environment"
            refused=1
        fi
        # What every stack has is looked at only where something could be lost.
        case $now in '' | REVIEW_IN_PROGRESS | ROLLBACK_COMPLETE) continue ;; esac
        [ "$any_stateful" = 1 ] || [ -n "${later[at]}" ] || continue
        list_resources "$at"
        printf '%s\n' "$out" >"$work/resources.$at"
    done
    for ((at = 0; at < stacks; at++)); do
        [ -f "$work/resources.$at" ] || continue
        have=' '
        while IFS=$tab read -r resource _ what _; do
            case $what in DELETE_COMPLETE | DELETE_SKIPPED) ;; *) have+="$resource " ;; esac
        done <"$work/resources.$at"
        lowest_phase "$at"
        lacking=''
        if [ "${reached[at]}" -gt "$lowest" ]; then
            for resource in ${later[at]}; do
                case $have in *" $resource "*) ;; *) lacking+=" $resource" ;; esac
            done
        fi
        if [ -n "$lacking" ]; then
            complain "error: ${stack_id[at]} is at phase ${reached[at]} and lacks$lacking, which must come after what they need: in one step they would be made together. Compile with \`drc compile --deployed OLD/manifest.json\`, the manifest of what is deployed: then only what is new comes in phases"
            refused=1
        fi
        check_homes "${stack_region[at]}" "${stack_id[at]}" "${stateful[at]}" "$have"
    done
    [ "$any_stateful" = 0 ] || look_at_strangers
    [ "$refused" = 0 ] || fail "nothing was changed"
}

# --- one stack ------------------------------------------------------------------------------------------------------

item() {
    items+="${items:+,}$newline  $1"
}

tag() {
    local key
    json "$1" && key=$quoted
    json "$2"
    item "{\"Key\": $key, \"Value\": $quoted}"
}

write_tags() {
    local slot
    items=''
    tags_of "$1"
    tag drc:platform "$platform"
    tag drc:phase "$2"
    for ((slot = 0; slot < slots; slot++)); do
        [ "${in_names[slot]}" = 0 ] || tag "drc:param:${slot_name[slot]}" "${value[slot]}"
    done
    printf '[%s\n]\n' "$items" >"$scratch.tags.json"
}

give_value() {
    json "$2"
    item "{\"ParameterKey\": \"$1\", \"ParameterValue\": $quoted}"
}

keep_value() {
    item "{\"ParameterKey\": \"$1\", \"UsePreviousValue\": true}"
}

give_param() {
    if [ "${origin[$2]}" = kept ]; then keep_value "$1"; else give_value "$1" "${value[$2]}"; fi
}

# Reads the outputs of a stack, unless they are read already.
read_outputs() {
    local at=$1
    [ "$read_from" != "$at" ] || return 0
    name_of "$at"
    text "${stack_region[at]}" cloudformation describe-stacks --stack-name "$name" --cli-connect-timeout 10 \
        --query 'Stacks[].Outputs[].[OutputKey,OutputValue]' || return 1
    read_from=$at
    printf '%s\n' "$out" >"$scratch.outputs"
}

# Finds an output of the stack that was read, in $result.
find_output() {
    local output=$1 line found=0
    result=''
    # A value of several lines goes on where no other output begins.
    while IFS= read -r line; do
        if [[ $line =~ ^[A-Za-z0-9]+$tab ]]; then
            [ "$found" = 0 ] || break
            [ "${line%%"$tab"*}" != "$output" ] || found=1 result=${line#*"$tab"}
        elif [ "$found" = 1 ]; then
            result+=$newline$line
        fi
    done <"$scratch.outputs"
    [ "$found" = 1 ]
}

# Hands on an output of another stack, as it is right now.
give_output() {
    local key=$1 producer=$2 output=$3 result
    if ! read_outputs "$producer"; then
        keep_output "$key" "$producer"
        return
    fi
    find_output "$output" ||
        fail "${stack_id[producer]} has no output $output yet: deploy it first, without --only or with it too"
    give_value "$key" "$result"
}

# The producer cannot be asked. What is there already keeps the value that it has: on the day of the outage it can still be deployed.
keep_output() {
    local key=$1 producer=$2 own=${stack_region[$current]} there=${stack_region[$2]} said=$problem
    [ "$kind" != missing ] || fail "the stack ${stack_id[producer]} is not deployed yet, and ${stack_id[current]} needs a value of it: deploy it first, without --only or with it too"
    case $kind in
        network | closed | throttled) ;;
        *) ! region_wanted "$there" || give_up "reading the outputs of ${stack_id[producer]}" "$there" ;;
    esac
    [ "$there" != "$own" ] || give_up "reading the outputs of ${stack_id[producer]}" "$there"
    name_of "$current"
    text "$own" cloudformation describe-stacks --stack-name "$name" \
        --query "Stacks[].Parameters[] | [?ParameterKey=='$key'].[ParameterKey]" || [ "$kind" = missing ] ||
        give_up "looking at the stack ${stack_id[current]}" "$own"
    if [ "$out" != "$key" ]; then
        complain "$said"
        fail "$there cannot be asked for a value of ${stack_id[producer]}, and ${stack_id[current]} never had it: it can be deployed when $there answers"
    fi
    say "$there cannot be asked: $key stays as it is"
    keep_value "$key"
}

write_parameters() {
    items='' read_from='' current=$2 reading=give
    parameters_of "$1" "$2"
    printf '[%s\n]\n' "$items" >"$scratch.parameters.json"
}

set_policy() {
    local at=$1
    [ -n "${stack_policy[at]}" ] || return 0
    printf '%s\n' "${stack_policy[at]}" >"$scratch.policy.json"
    name_of "$at"
    text "${stack_region[at]}" cloudformation set-stack-policy --stack-name "$name" --stack-policy-body "file://$scratch.policy.json" ||
        give_up "setting the stack policy" "${stack_region[at]}"
}

# What guards the data of a stack: the policy, and protection against deletion.
guard() {
    local at=$1
    [ "$2" = guarded ] || set_policy "$at"
    [ "${protected[at]}" = 1 ] && [ "$now_guarded" = 0 ] || return 0
    name_of "$at"
    text "${stack_region[at]}" cloudformation update-termination-protection --stack-name "$name" --enable-termination-protection ||
        give_up "protecting the stack against deletion" "${stack_region[at]}"
}

# The leftovers of a first creation that failed hold nothing that was ever in use.
clear_away() {
    local at=$1
    say "the first creation had failed: its leftovers are deleted"
    name_of "$at"
    text "${stack_region[at]}" cloudformation delete-stack --stack-name "$name" || give_up "deleting what the failed creation left" "${stack_region[at]}"
    wait_for "$at" begun
    [ -z "$now" ] || fail "what the failed creation left cannot be deleted ($now): delete the stack $name in the console, and run this again"
}

refuse_state() {
    local what=$1 at=$2
    name_of "$at"
    case $what in
        UPDATE_ROLLBACK_FAILED)
            fail "the last update failed, and so did its way back. Correct what the events of the stack name, let CloudFormation finish (\`aws cloudformation continue-update-rollback --stack-name $name --region ${stack_region[at]}\`), and run this again"
            ;;
        ROLLBACK_FAILED | CREATE_FAILED)
            fail "the first creation failed, and so did its way back ($what). Delete the stack $name in ${stack_region[at]} (console, or \`aws cloudformation delete-stack\`), and run this again"
            ;;
        DELETE_FAILED)
            fail "its deletion was begun and failed. Run destroy.sh again, or delete the stack $name in ${stack_region[at]} by hand, and run this again"
            ;;
        *) fail "the stack $name in ${stack_region[at]} is $what: this has to be settled in the console first. Then run this again" ;;
    esac
}

# Brings a stack to what a phase holds for it. Runs as a job of its own.
deploy_stack() {
    local phase=$1 at=$2 region=${stack_region[$2]} type=UPDATE set why options=()
    step_of "$phase" "$at"
    label="[${stack_id[at]}] "
    wait_for "$at"
    case $now in
        '' | REVIEW_IN_PROGRESS) type=CREATE ;;
        ROLLBACK_COMPLETE)
            clear_away "$at"
            type=CREATE
            ;;
        CREATE_COMPLETE | UPDATE_COMPLETE | UPDATE_ROLLBACK_COMPLETE | IMPORT_COMPLETE | IMPORT_ROLLBACK_COMPLETE) ;;
        *) refuse_state "$now" "$at" ;;
    esac
    if [ "$type" = UPDATE ] && [ "$now_phase" -gt "$step_phase" ]; then
        if [ "$step_last" = 0 ]; then
            say "skipped: it has reached phase $now_phase"
            return 0
        fi
        # The whole stack takes nothing away but what the source does; the number that was reached stays.
        step_phase=$now_phase
    fi
    write_tags "$at" "$step_phase"
    write_parameters "$phase" "$at"
    [ -r "$here/$step_template" ] || fail "$step_template is missing: compile again, or copy the whole folder"
    if [ "$step_size" -gt "$largest_body" ]; then
        options+=(--template-url "$(<"$work/artifacts.$region")/$step_hash")
    else
        options+=(--template-body "file://$here/$step_template")
    fi
    if [ -n "${stack_capabilities[at]}" ]; then
        # Words without blanks, one after the other.
        # shellcheck disable=SC2206
        options+=(--capabilities ${stack_capabilities[at]})
    fi
    set=drc-phase-$step_phase-$(date -u +%Y%m%dT%H%M%SZ)-$$
    name_of "$at"
    text "$region" cloudformation create-change-set --stack-name "$name" --change-set-name "$set" --change-set-type "$type" \
        "${options[@]}" --parameters "file://$scratch.parameters.json" --tags "file://$scratch.tags.json" ||
        changes_nothing "$problem" || give_up "working out what changes" "$region"
    # Some things that play CloudFormation refuse a change set without changes; CloudFormation makes one that failed.
    if [ -n "$problem" ]; then set_status=unchanged; else wait_for_set "$region" "$set"; fi
    if [ "$set_status" = unchanged ]; then
        [ -n "$problem" ] || text "$region" cloudformation delete-change-set --stack-name "$name" --change-set-name "$set" ||
            give_up "deleting the empty change set" "$region"
        guard "$at" open
        say unchanged
        return 0
    fi
    # Before an update, so that it does not replace what only the new policy guards.
    [ "$type" = CREATE ] || set_policy "$at"
    say "$(if [ "$type" = CREATE ]; then printf 'creating'; else printf 'updating'; fi) (phase $step_phase)"
    text "$region" cloudformation execute-change-set --stack-name "$name" --change-set-name "$set" || give_up "executing the change set" "$region"
    wait_for "$at" begun
    case $type/$now in
        CREATE/CREATE_COMPLETE | UPDATE/UPDATE_COMPLETE) ;;
        *)
            say_failures "$at"
            fail "$now. What was there before is unchanged. Correct the cause, compile, and run this again: it goes on from here"
            ;;
    esac
    guard "$at" "$(if [ "$type" = CREATE ]; then printf 'open'; else printf 'guarded'; fi)"
    say "$now"
}

# The two sentences by which CloudFormation says that nothing changes (aws-cli, customizations/cloudformation/deployer.py).
changes_nothing() {
    case $1 in *"The submitted information didn't contain changes"* | *"No updates are to be performed"*) return 0 ;; esac
    return 1
}

# Waits until a change set is there; $set_status is `ready` or `unchanged`.
wait_for_set() {
    local region=$1 set=$2 deadline=$((SECONDS + minutes * 60)) state why
    while :; do
        if text "$region" cloudformation describe-change-set --stack-name "$name" --change-set-name "$set" --no-paginate --query '[[Status],[StatusReason]]'; then
            state=${out%%"$newline"*} why=${out#*"$newline"}
            case $state in
                CREATE_COMPLETE)
                    set_status=ready
                    return
                    ;;
                FAILED)
                    if changes_nothing "$why"; then
                        set_status=unchanged
                        return
                    fi
                    fail "CloudFormation refuses the change: $why. Correct the cause, compile, and run this again"
                    ;;
            esac
        else
            case $kind in network | throttled) ;; *) give_up "waiting for the change set" "$region" ;; esac
        fi
        [ "$SECONDS" -lt "$deadline" ] || fail "the change set is not there after $minutes minutes: run this again"
        sleep "$poll"
    done
}

# --- all stacks -----------------------------------------------------------------------------------------------------

# Deploys stacks that do not need each other.
wave() {
    local phase=$1 at job
    shift
    running=()
    prepare_artifacts "$phase" "$@"
    for at in "$@"; do
        is_selected "$at" || continue
        (
            trap - INT TERM HUP
            scratch=$work/job-$at
            deploy_stack "$phase" "$at"
        ) &
        running+=("$!")
        [ "$one_by_one" = 0 ] || finish
    done
    finish
}

# Waits for what runs; if something failed, nothing more is begun.
finish() {
    local job
    for job in ${running[@]+"${running[@]}"}; do
        wait "$job" || failed=1
    done
    running=()
    [ "$failed" = 0 ] || fail "stopped. What is deployed stays; correct the cause and run the same command again: it goes on from there"
}

# Says what a wave would do.
foresee() {
    local phase=$1 at what
    shift
    for at in "$@"; do
        step_of "$phase" "$at"
        if ! is_selected "$at"; then
            what="skipped: $reason"
        elif [ "$step_last" = 0 ] && [ "${reached[at]}" -gt "$step_phase" ]; then
            what="skipped: it has reached phase ${reached[at]}"
        else
            case ${status[at]} in
                '' | REVIEW_IN_PROGRESS) what=create ;;
                ROLLBACK_COMPLETE) what="delete what the failed creation left, and create" ;;
                planned) what="update: it grows" ;;
                *_IN_PROGRESS) what="wait until it is no longer ${status[at]}, then update, or unchanged" ;;
                *_FAILED) what="stop: it is ${status[at]}" ;;
                *) what="update, or unchanged" ;;
            esac
            status[at]=planned
        fi
        say "phase $step_phase  ${stack_id[at]}: $what"
    done
}

# Calls a function with phase and stack for every step.
each_step() {
    called=$1
    waves each_of_wave
}

each_of_wave() {
    local phase=$1 at
    shift
    for at in "$@"; do "$called" "$phase" "$at"; done
}

# The lowest phase in which a stack has a step, in $lowest.
lowest_phase() {
    lowest=''
    lowest_of=$1
    each_step note_lowest
}

note_lowest() {
    [ "$2" = "$lowest_of" ] && [ -z "$lowest" ] || return 0
    step_of "$1" "$2"
    lowest=$step_phase
}

# Says an output of the platform, if its stack is part of this run. All is deployed by then: what cannot be read ends nothing.
tell() {
    local about=$1 at=$2 output=$3 result
    is_selected "$at" || return 0
    # Each stack is asked once.
    scratch=$work/told-$at read_from=''
    [ ! -f "$scratch.outputs" ] || read_from=$at
    if ! read_outputs "$at"; then
        complain "${problem:-nothing was said}"
        : >"$scratch.outputs"
    fi
    if find_output "$output"; then
        say "$about in ${stack_region[at]}: $result"
    else
        complain "$about in ${stack_region[at]}: not known; look at the output $output of the stack ${stack_id[at]}"
    fi
}

confirm() {
    local answer
    [ "$yes" = 0 ] && [ -t 0 ] || return 0
    printf '%s' "Deploy? [y/N] "
    IFS= read -r answer || answer=''
    case $answer in
        y | Y | yes | Yes) ;;
        *) fail "nothing was changed" ;;
    esac
}

main() {
    local first='' at where
    define
    read_options "$@"
    check_regions
    check_only
    check_given
    command -v aws >/dev/null || fail "there is no \`aws\` command: install the AWS CLI, and run this again"
    find_takers
    list_missing
    bind_names
    for ((at = 0; at < stacks; at++)); do
        [ -n "$first" ] || ! is_selected "$at" || first=${stack_region[at]}
    done
    [ -n "$first" ] || fail "no stack is both in these Regions and among --only"
    find_account "$first"
    environment
    if [ ${#regions_wanted[@]} -gt 0 ]; then where=" ${regions_wanted[*]}"; else where=$all_regions; fi
    say "platform $platform in account $account:$where$named"
    look_around
    bind_values
    if [ "$dry_run" = 1 ]; then
        waves foresee
        say "nothing was changed"
        return
    fi
    confirm
    waves wave
    say "the platform $platform is deployed"
    tell_outputs
}
