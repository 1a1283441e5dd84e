usage() {
    cat <<'TEXT'
usage: destroy.sh [options]

Deletes the platform of this folder with the `aws` command: the standby first, the newest first. Without --data it deletes what holds
no data and is needed by nothing that stays, and says what stays and why. A run that was stopped goes on where it was.

  --data                delete the data too, and everything else: databases, tables, buckets with all versions, keys, secrets, logs
  --confirm NAME        the platform's name, for programs: --data asks for it otherwise
  --param NAME=VALUE    a value of the platform; needed are those that are part of names. Can be repeated
  --params FILE         a file of such lines; lines that begin with # are skipped
  --region REGION       only the stacks of this Region. Can be repeated
  --profile NAME        the profile of the aws command
  --dry-run             say what would be deleted; only reads
  --timeout MINUTES     how long to wait for one stack or resource (120)
  --yes                 do not ask, where no data is deleted
  --help                this text

Ends with 0 if everything was deleted that was to be, 1 if something stopped it or has to be removed by hand, 2 if it was called wrongly.
TEXT
}

data=0
confirmed=''

read_options() {
    while [ $# -gt 0 ]; do
        case $1 in
            --param | --params | --region | --profile | --timeout | --confirm)
                [ $# -ge 2 ] || wrong_usage "$1 wants a value"
                case $1 in
                    --param) take_param "$2" ;;
                    --params) take_params "$2" ;;
                    --region) regions_wanted+=("$2") ;;
                    --profile) profile=(--profile "$2") ;;
                    --timeout) minutes=$2 ;;
                    --confirm) confirmed=$2 ;;
                esac
                shift
                ;;
            --data) data=1 ;;
            --dry-run) dry_run=1 ;;
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
    [ -z "$confirmed" ] || [ "$confirmed" = "$platform" ] || wrong_usage "--confirm names another platform than this one"
}

# --- what the definitions say of stacks -----------------------------------------------------------------------------

stack_begins() {
    stack_needs[number]='' kept[number]='' removed[number]='' stays[number]='' artifacts[number]=0
}

# The stacks that a stack takes something from.
needs() { stack_needs[number]="$*"; }

# What is deleted before the stack: what CloudFormation would leave behind, or cannot delete; in this order.
deletes() { removed[number]="$*"; }

# The templates and the code of the Region; nothing that anybody put there.
holds_artifacts() { artifacts[number]=1; }

# What holds data or is kept for another reason: for it the stack stays.
keeps() { kept[number]="$*"; }

# --- what is done to a resource -------------------------------------------------------------------------------------

# A call that may find that there is nothing left to do: then it is false. Any other failure ends the run.
attempt() {
    local wanted=$1 region=$2
    shift 2
    text "$region" "$@" && return 0
    is_gone || give_up "$wanted" "$region"
    return 1
}

# Whether a call failed because there is no such thing (any more).
is_gone() {
    case $problem in
        *NotFound* | *'not found'* | *NoSuch* | *NonExistent* | *DoesNotExist* | *'does not exist'* | *'(404)'* | *'marked for deletion'* | *'scheduled for deletion'* | *'marked deleted'*) return 0 ;;
    esac
    return 1
}

# Waits until a question has an answer of which $1 approves: it is called with the answer, or with `gone`.
wait_until() {
    local approves=$1 wanted=$2 region=$3 deadline=$((SECONDS + minutes * 60)) again=0
    shift 3
    while :; do
        if text "$region" "$@"; then
            ! "$approves" "$out" || return 0
        elif is_gone; then
            ! "$approves" gone || return 0
        else
            case $kind in network | throttled) ;; *) give_up "$wanted" "$region" ;; esac
        fi
        [ "$SECONDS" -lt "$deadline" ] || fail "$wanted: not done after $minutes minutes. AWS goes on by itself; run this again to wait further"
        # Once a minute is enough to know that it goes on.
        if [ "$SECONDS" -ge "$again" ]; then
            say "waiting: $wanted"
            again=$((SECONDS + 60))
        fi
        sleep "$poll"
    done
}

is_nothing() { [ "$1" = gone ] || [ -z "$1" ] || [ "$1" = None ]; }

# --- which stacks ---------------------------------------------------------------------------------------------------

look_around() {
    local at
    for ((at = 0; at < stacks; at++)); do
        if region_wanted "${stack_region[at]}"; then
            look_or_stop "$at"
            status[at]=$now
        else
            # What is not looked at is taken to be there.
            status[at]=elsewhere
            stays[at]="it is not in ${regions_wanted[*]}"
        fi
    done
}

say_strangers() {
    local region stranger
    for region in $all_regions; do
        region_wanted "$region" || continue
        find_strangers "$region"
        for stranger in ${strangers[@]+"${strangers[@]}"}; do
            say "$stranger in $region is not part of this compilation any more: it stays. The destroy.sh of an older one deletes it"
        done
    done
}

# What stays without --data, and why. $stays is empty for what is deleted.
find_what_stays() {
    local at other changed=1 resource
    [ "$data" = 0 ] || return 0
    for ((at = 0; at < stacks; at++)); do
        [ -n "${status[at]}" ] && [ -z "${stays[at]}" ] || continue
        for resource in ${kept[at]}; do
            type_of "$at" "$resource"
            stays[at]+="${stays[at]:+, }$resource ($type)"
        done
        [ -z "${stays[at]}" ] || stays[at]="it keeps ${stays[at]}"
    done
    while [ "$changed" = 1 ]; do
        changed=0
        for ((at = 0; at < stacks; at++)); do
            [ -n "${stays[at]}" ] || continue
            for other in ${stack_needs[at]}; do
                [ -z "${stays[other]}" ] && [ -n "${status[other]}" ] || continue
                stays[other]="it is needed by ${stack_id[at]}"
                changed=1
            done
        done
    done
}

# Says what happens to a stack.
foresee() {
    local at=$1 resource
    if [ -z "${status[at]}" ]; then
        say "${stack_id[at]}: is not there"
    elif [ -n "${stays[at]}" ]; then
        say "${stack_id[at]}: stays; ${stays[at]}"
    elif [ "$data" = 1 ] && [ -n "${removed[at]}" ]; then
        say "${stack_id[at]}: is deleted, with"
        for resource in ${removed[at]}; do
            type_of "$at" "$resource"
            say "    $resource ($type)$(can_remove "$type" || printf ': must be removed by hand')"
        done
    else
        say "${stack_id[at]}: is deleted"
    fi
}

confirm() {
    local answer=''
    if [ "$data" = 0 ]; then
        [ "$yes" = 0 ] || return 0
        [ -t 0 ] || wrong_usage "nobody can be asked: say --yes"
        printf '%s' "Delete what is to be deleted? [y/N] "
        IFS= read -r answer || answer=''
        case $answer in
            y | Y | yes | Yes) ;;
            *) fail "nothing was changed" ;;
        esac
        return 0
    fi
    [ -z "$confirmed" ] || return 0
    [ -t 0 ] || wrong_usage "nobody can be asked for the platform's name: say --confirm and the name"
    say "This deletes the data too, in every Region$([ ${#regions_wanted[@]} -eq 0 ] || printf ' of%s' "$(printf ' %s' "${regions_wanted[@]}")"). It cannot be undone."
    printf '%s' "The platform's name: "
    IFS= read -r answer || answer=''
    [ "$answer" = "$platform" ] || fail "that is not its name: nothing was changed"
}

# --- deleting -------------------------------------------------------------------------------------------------------

# Calls a function with Region, type and physical id for what is deleted before a stack, in that order, or backwards.
each_removed() {
    local called=$1 at=$2 backwards=$3 resource found ids='' id what_type what physical
    [ -f "$work/resources.$at" ] || return 0
    for resource in ${removed[at]}; do
        if [ "$backwards" = 1 ]; then ids="$resource $ids"; else ids="$ids $resource"; fi
    done
    for resource in $ids; do
        found=''
        while IFS=$tab read -r id what_type what physical; do
            [ "$id" != "$resource" ] || [ "$what" = DELETE_COMPLETE ] || [ "$physical" = None ] || found=$physical type=$what_type
        done <"$work/resources.$at"
        [ -z "$found" ] || "$called" "${stack_region[at]}" "$type" "$found"
    done
}

by_hand=()
expires=()

prepare_removed() {
    label="[${stack_id[$1]}] "
    each_removed prepare_resource "$1" 1
    label=''
}

remove_one() {
    if can_remove "$2"; then
        say "deleting $2 $3"
        remove_resource "$@"
    else
        by_hand+=("$2 $3 in $1")
    fi
}

delete_stack() {
    local at=$1 region=${stack_region[$1]}
    [ -n "${status[at]}" ] && [ -z "${stays[at]}" ] || return 0
    label="[${stack_id[at]}] "
    wait_for "$at"
    if [ -n "$now" ]; then
        each_removed remove_one "$at" 0
        name_of "$at"
        if [ "$data" = 1 ] && [ "$now_guarded" = 1 ]; then
            text "$region" cloudformation update-termination-protection --stack-name "$name" --no-enable-termination-protection ||
                give_up "lifting the protection of the stack" "$region"
        fi
        say "deleting the stack"
        text "$region" cloudformation delete-stack --stack-name "$name" || give_up "deleting the stack" "$region"
        wait_for "$at" begun
        if [ -n "$now" ]; then
            say_failures "$at"
            fail "$now: something in it could not be deleted. Remove what is named above, or what still uses it, and run this again: it goes on from here"
        fi
    fi
    say "deleted"
    label=''
}

list_removed() {
    [ -n "${status[$1]}" ] && [ -z "${stays[$1]}" ] && [ -n "${removed[$1]}" ] || return 0
    # Without --data only the artifacts are deleted; the rest is CloudFormation's.
    [ "$data" = 1 ] || [ "${artifacts[$1]}" = 1 ] || return 0
    list_resources "$1"
    printf '%s\n' "$out" >"$work/resources.$1"
}

main() {
    local first='' at where left=0
    define
    read_options "$@"
    check_regions
    check_given
    command -v aws >/dev/null || fail "there is no \`aws\` command: install the AWS CLI, and run this again"
    bind_names
    for ((at = 0; at < stacks; at++)); do
        [ -n "$first" ] || ! region_wanted "${stack_region[at]}" || first=${stack_region[at]}
    done
    find_account "$first"
    environment
    if [ ${#regions_wanted[@]} -gt 0 ]; then where=" ${regions_wanted[*]}"; else where=$all_regions; fi
    say "platform $platform in account $account:$where$named"
    look_around
    find_what_stays
    backwards foresee
    say_strangers
    if [ "$dry_run" = 1 ]; then
        say "nothing was changed"
        return
    fi
    for ((at = 0; at < stacks; at++)); do
        [ -z "${status[at]}" ] || [ -n "${stays[at]}" ] || left=1
    done
    if [ "$left" = 0 ]; then
        say "there is nothing to delete"
        return
    fi
    confirm
    for ((at = 0; at < stacks; at++)); do list_removed "$at"; done
    for ((at = 0; at < stacks; at++)); do prepare_removed "$at"; done
    backwards delete_stack
    for at in ${expires[@]+"${expires[@]}"}; do say "$at"; done
    if [ ${#by_hand[@]} -gt 0 ]; then
        complain "these must be removed by hand; no stack names them any more:"
        for at in "${by_hand[@]}"; do complain "  $at"; done
        exit 1
    fi
    if [ "$data" = 1 ] && [ ${#regions_wanted[@]} -eq 0 ]; then say "nothing of the platform $platform is left"; else say "done"; fi
}
