# Templates that are too large to be handed over, and archives of code, lie in the bucket of the platform's artifacts, in each Region: a
# template under its SHA-256, an archive under its own with `.zip` behind it.
# Sources: API reference of Amazon S3 (HeadObject, PutObject); form of the URL: "Virtual-hosted-style access", S3 user guide.

artifacts_ready=0
producer='' output='' dns_suffix='' step_archives=''

# Whether a step of this run needs something that has to be in its Region before.
needs_artifacts() {
    step_archives=''
    step_of "$1" "$2"
    is_selected "$2" && { [ "$step_size" -gt "$largest_body" ] || [ -n "$step_archives" ]; }
}

# Once, before the first stack that needs one: all that this run needs is brought into its Region.
prepare_artifacts() {
    local phase=$1 at
    shift
    [ "$artifacts_ready" = 0 ] || return 0
    for at in "$@"; do
        ! needs_artifacts "$phase" "$at" || artifacts_ready=1
    done
    [ "$artifacts_ready" = 0 ] || each_step bring_artifacts
}

bring_artifacts() {
    local at=$2 region=${stack_region[$2]} bucket key
    needs_artifacts "$1" "$at" || return 0
    artifacts_in "$region"
    [ -n "$producer" ] || fail "$region has no bucket for artifacts, and ${stack_id[at]} needs what belongs there"
    name_of "$producer"
    text "$region" cloudformation describe-stacks --stack-name "$name" \
        --query "Stacks[].Outputs[] | [?OutputKey=='$output'].[OutputValue]" ||
        [ "$kind" = missing ] || give_up "looking for the bucket of the artifacts" "$region"
    bucket=$out
    [ -n "$bucket" ] || fail "${stack_id[producer]} is not deployed yet, and ${stack_id[at]} needs its bucket: deploy it first, without --only or with it too"
    printf '%s' "https://$bucket.s3.$region.$dns_suffix" >"$work/artifacts.$region"
    [ "$step_size" -le "$largest_body" ] || bring "$region" "$bucket" "$step_template" "$step_hash"
    for key in $step_archives; do bring "$region" "$bucket" "artifacts/$key" "$key"; done
}

# Uploads a file of this folder under its key, unless it is there.
bring() {
    local region=$1 bucket=$2 file=$3 key=$4
    # Several stacks may need it.
    [ ! -e "$work/brought.$region.$key" ] || return 0
    check_artifact "$file" "${key%.zip}"
    : >"$work/brought.$region.$key"
    text "$region" s3api head-object --bucket "$bucket" --key "$key" --query ContentLength && return 0
    case $problem in
        *'(404)'* | *'Not Found'* | *NoSuchKey*) ;;
        *) give_up "looking for $file in the bucket $bucket" "$region" ;;
    esac
    say "uploading $file to $bucket"
    text "$region" s3api put-object --bucket "$bucket" --key "$key" --body "$here/$file" --query ETag || give_up "uploading $file" "$region"
}

# The key promises the content; a machine without any of these commands trusts the folder.
check_artifact() {
    local file=$1 sum
    [ -r "$here/$file" ] || fail "$file is missing: compile again, or copy the whole folder"
    if command -v sha256sum >/dev/null; then
        sum=$(sha256sum <"$here/$file")
    elif command -v shasum >/dev/null; then
        sum=$(shasum -a 256 <"$here/$file")
    else
        return 0
    fi
    [ "${sum%% *}" = "$2" ] || fail "$file is not what was compiled: compile again"
}
